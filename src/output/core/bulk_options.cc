#include "output/core/bulk_options.h"

#include "config/fields.h"
#include "output/core/action.h"

#include <fmt/format.h>

#include <algorithm>

namespace elkhorn::output {
namespace {

std::string base64(std::string_view bytes) {
    constexpr std::string_view letters =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string out;
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        unsigned word = 0;
        for (std::size_t j = 0; j < 3; ++j) {
            word =
                word << 8 | (i + j < bytes.size() ? static_cast<unsigned char>(bytes[i + j]) : 0U);
        }
        for (std::size_t j = 0; j < 4; ++j) {
            out.push_back(i + j <= bytes.size() ? letters[word >> (18 - 6 * j) & 63] : '=');
        }
    }
    return out;
}

class Reader {
public:
    explicit Reader(const config::Plugin& plugin) : fields_(plugin) {}

    Result<BulkOptions> read(BulkFlavour flavour) {
        accept_what_changes_nothing();
        refuse_what_is_missing(flavour);
        read_target();
        read_hosts();
        read_authorization();
        read_pace();
        TRY(fields_.finish());
        return std::move(options_);
    }

private:
    std::optional<event::Format> format(std::string_view name, const std::string& text) {
        if (text.empty()) return std::nullopt;
        auto parsed = event::Format::parse(text);
        if (parsed) return std::move(*parsed);
        fields_.mistake(name, parsed.error().message);
        return std::nullopt;
    }

    void accept_what_changes_nothing() {
        fields_.accept({"id",
                        "enable_metric",
                        "workers",
                        "codec",
                        "document_type",
                        "flush_size",
                        "idle_flush_time",
                        "manage_template",
                        "template",
                        "template_name",
                        "template_overwrite",
                        "template_api",
                        "ilm_enabled",
                        "ilm_pattern",
                        "ilm_policy",
                        "ilm_rollover_alias",
                        "sniffing",
                        "sniffing_delay",
                        "sniffing_path",
                        "resurrect_delay",
                        "healthcheck_path",
                        "validate_after_inactivity",
                        "pool_max",
                        "pool_max_per_route",
                        "ecs_compatibility",
                        "max_retries",
                        "parent",
                        "ssl_certificate_verification",
                        "ssl_verification_mode",
                        "cacert",
                        "ssl_certificate_authorities",
                        "truststore",
                        "truststore_password",
                        "keystore",
                        "keystore_password",
                        "region",
                        "silence_errors_in_log",
                        "default_server_major_version",
                        "legacy_template",
                        "dlq_custom_codes",
                        "dlq_on_failed_indexname_interpolation",
                        "max_bulk_bytes",
                        "bulk_path",
                        "data_stream_auto_routing",
                        "data_stream_sync_fields"});
    }

    void refuse_what_is_missing(BulkFlavour flavour) {
        constexpr std::string_view later =
            "signed requests come later; leave the credentials out, or put a "
            "signing proxy in front";
        for (const auto* name : {"aws_access_key_id", "aws_secret_access_key", "aws_session_token",
                                 "session_token", "aws_credentials_file", "role_arn",
                                 "role_session_name", "profile", "assume_role_arn"}) {
            fields_.refuse(name, later);
        }
        if (flavour == BulkFlavour::opensearch) fields_.refuse("auth_type", later);
        for (const auto* name :
             {"script", "script_type", "script_lang", "script_var_name", "scripted_upsert"}) {
            fields_.refuse(name, "updates by script are not there");
        }
        fields_.refuse("proxy", "proxies are not there yet");
        fields_.refuse("cloud_id", "TLS is not there yet; name the hosts");
        fields_.refuse("cloud_auth", "TLS is not there yet; name the hosts");
        bool tls = false;
        for (const auto* name : {"ssl", "ssl_enabled"}) {
            fields_.optional(name, tls);
            if (tls) fields_.mistake(name, "TLS is not there yet");
            tls = false;
        }
    }

    void read_target() {
        std::string index = "logstash-%{+YYYY.MM.dd}";
        std::string id;
        std::string action = "index";
        std::string pipeline;
        std::string routing;
        std::string stream = "false";
        std::string type = "logs";
        std::string dataset = "generic";
        std::string space = "default";
        fields_.optional("index", index);
        fields_.optional("document_id", id);
        fields_.optional("pipeline", pipeline);
        fields_.optional("routing", routing);
        fields_.choice("data_stream", stream, {"true", "false", "auto"});
        fields_.optional("data_stream_type", type);
        fields_.optional("data_stream_dataset", dataset);
        fields_.optional("data_stream_namespace", space);
        fields_.optional("action", action);
        if (stream == "true") {
            index = fmt::format("{}-{}-{}", type, dataset, space);
            action = "create";
        }
        check_action(fields_, action);
        options_.action = format("action", action);
        options_.index = format("index", index);
        options_.id = format("document_id", id);
        options_.pipeline = format("pipeline", pipeline);
        options_.routing = format("routing", routing);
        fields_.optional("doc_as_upsert", options_.upsert);
        std::string version;
        fields_.optional("version", version);
        if (!version.empty()) fields_.mistake("version", "external versions are not there yet");
        fields_.accept({"version_type", "upsert"});
        fields_.number("retry_on_conflict", options_.retry_on_conflict, 0, 100);
    }

    void read_hosts() {
        std::vector<std::string> hosts = {"127.0.0.1"};
        std::int64_t port = 9200;
        std::string protocol = "http";
        std::string path;
        fields_.optional("host", hosts);  // its name long ago
        fields_.optional("hosts", hosts);
        fields_.number("port", port, 1, 65535);
        fields_.choice("protocol", protocol, {"http"});
        fields_.optional("path", path);
        for (const std::string& text : hosts) {
            auto url = http::parse_url(text, static_cast<std::uint16_t>(port));
            if (!url) {
                fields_.mistake("hosts", url.error().message);
                continue;
            }
            if (!path.empty() && url->path.empty())
                url->path = path.starts_with('/') ? path : "/" + path;
            while (url->path.ends_with('/'))
                url->path.pop_back();
            options_.hosts.push_back(std::move(*url));
        }
        if (hosts.empty()) fields_.mistake("hosts", "no host is named");
    }

    void read_authorization() {
        std::string user;
        std::string password;
        std::string key;
        fields_.optional("user", user);
        fields_.optional("password", password);
        fields_.optional("api_key", key);
        if (!key.empty())
            options_.authorization = "ApiKey " + (key.find(':') == key.npos ? key : base64(key));
        if (user.empty() && !options_.hosts.empty() && !options_.hosts[0].user.empty()) {
            user = options_.hosts[0].user;
            password = options_.hosts[0].password;
        }
        if (!user.empty()) options_.authorization = "Basic " + base64(user + ":" + password);
    }

    void read_pace() {
        std::int64_t first = options_.retry_ms_min / 1000;
        std::int64_t last = options_.retry_ms_max / 1000;
        std::string compression = "false";
        fields_.number("timeout", options_.timeout_s, 1, 3600);
        fields_.number("retry_initial_interval", first, 0, 3600);
        fields_.number("retry_max_interval", last, 1, 86'400);
        fields_.optional("http_compression", options_.compress);
        std::int64_t level = 0;
        fields_.number("compression_level", level, 0, 9);
        if (level > 0) options_.compress = true;
        options_.retry_ms_min = std::max<std::int64_t>(first * 1000, 20);
        options_.retry_ms_max = last * 1000;
        config::Pairs headers;
        fields_.optional("custom_headers", headers);
        if (!headers.empty()) fields_.mistake("custom_headers", "they are not sent yet");
    }

    config::Fields fields_;
    BulkOptions options_;
};

}  // namespace

Result<BulkOptions> read_bulk_options(const config::Plugin& plugin, BulkFlavour flavour) {
    return Reader(plugin).read(flavour);
}

}  // namespace elkhorn::output
