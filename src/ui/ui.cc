#include "ui/ui.h"

#include "http/gzip.h"
#include "ui/assets.h"

namespace elkhorn::ui {
namespace {

constexpr std::string_view api_prefix = "/es/";
constexpr std::size_t asset_limit_bytes = 64 << 20;
// All that the built page needs; nothing inline, and nobody's frame.
constexpr std::string_view content_policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; manifest-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'";

const Asset* find(std::string_view path) {
    for (const Asset& asset : assets()) {
        if (asset.path == path) return &asset;
    }
    return nullptr;
}

http::Response text_response(int status, std::string_view text) {
    http::Response response;
    response.status = status;
    response.body = text;
    return response;
}

http::Response serve(const http::Request& request, const Asset& asset) {
    http::Response response;
    response.content_type = asset.content_type;
    // Names of built files carry a hash of what is in them; the page itself must be asked for
    // again.
    const bool hashed = asset.path.starts_with("/assets/");
    response.headers.add("Cache-Control",
                         hashed ? "public, max-age=31536000, immutable" : "no-cache");
    if (http::accepts_gzip(request.headers)) {
        response.headers.add("Content-Encoding", "gzip");
        response.body = asset.gzip;
    } else if (auto plain = http::gunzip(asset.gzip, asset_limit_bytes)) {
        response.body = std::move(*plain);
    } else {
        return text_response(500, plain.error().message + "\n");
    }
    return response;
}

/// For every answer of this port: an answer of the API opened as a page must not become one either.
void protect(http::Response& response) {
    response.headers.set("Content-Security-Policy", content_policy);
    response.headers.set("X-Content-Type-Options", "nosniff");
    response.headers.set("X-Frame-Options", "DENY");
    response.headers.set("Referrer-Policy", "no-referrer");
    response.headers.set("Cross-Origin-Opener-Policy", "same-origin");
}

http::Response answer(http::Request& request, const Forward& forward) {
    if (request.target.starts_with(api_prefix) || request.target == "/es") {
        request.target = request.target.size() > 3 ? request.target.substr(3) : "/";
        return forward(request);
    }
    if (request.method != "GET" && request.method != "HEAD") {
        return text_response(
            405, "only GET is answered here; the API is on its own port and under /es/\n");
    }
    const std::string path = request.target.substr(0, request.target.find('?'));
    if (assets().empty()) {
        return text_response(
            503, "this elkhorn was built without its UI: run `./dev build`, which builds both\n");
    }
    if (const Asset* asset = find(path)) return serve(request, *asset);
    const std::string_view name = std::string_view(path).substr(path.rfind('/') + 1);
    if (name.find('.') != std::string_view::npos) return text_response(404, "no such file\n");
    return serve(request, *find("/index.html"));
}

}  // namespace

http::Response handle(http::Request& request, const Forward& forward) {
    http::Response response = answer(request, forward);
    protect(response);
    return response;
}

}  // namespace elkhorn::ui
