#include "api/cat/parts/cat_table.h"

#include "base/strings.h"
#include "base/wildcard.h"
#include "json/writer.h"

#include <fmt/format.h>

#include <algorithm>

namespace elkhorn::api {
namespace {

constexpr std::size_t nowhere = ~std::size_t{0};

http::Response text_response(std::string body) {
    http::Response response;
    response.body = std::move(body);
    return response;
}

void append_padded(std::string& out, std::string_view text, std::size_t width, bool right) {
    const std::string blanks(width - std::min(width, text.size()), ' ');
    if (right)
        out.append(blanks).append(text);
    else
        out.append(text).append(blanks);
}

}  // namespace

std::size_t CatTable::find(std::string_view name) const {
    for (std::size_t i = 0; i < columns_.size(); ++i) {
        if (columns_[i].name == name) return i;
        for (const std::string_view other : split(columns_[i].short_names, ',')) {
            if (other == name) return i;
        }
    }
    return nowhere;
}

std::vector<CatTable::Chosen> CatTable::chosen(const Call& call) const {
    std::vector<Chosen> columns;
    const auto wanted = call.parameter("h");
    if (!wanted) {
        for (std::size_t i = 0; i < columns_.size(); ++i) {
            if (columns_[i].shown) columns.push_back({i, columns_[i].name});
        }
        return columns;
    }
    for (const std::string_view name : split(*wanted, ',')) {
        if (name.find('*') != std::string_view::npos) {
            for (std::size_t i = 0; i < columns_.size(); ++i) {
                if (matches_star(name, columns_[i].name)) {
                    columns.push_back({i, columns_[i].name});
                }
            }
        } else if (const std::size_t at = find(name); at != nowhere) {
            columns.push_back({at, name});
        }
    }
    return columns;
}

search::Answer<> CatTable::sort(const Call& call) {
    const auto keys = call.parameter("s");
    if (!keys) return {};
    const auto list = split(*keys, ',');
    for (auto it = list.rbegin(); it != list.rend(); ++it) {
        const std::string_view name = it->substr(0, it->find(':'));
        const bool down = it->ends_with(":desc");
        const std::size_t column = find(name);
        if (column == nowhere) {
            search::Failure failure;
            failure.status = 500;
            failure.type = "unsupported_operation_exception";
            failure.reason = fmt::format("Unable to sort by unknown sort key `{}`", name);
            return std::unexpected(failure);
        }
        const bool numeric = columns_[column].numeric;
        std::ranges::stable_sort(rows_, [&](const auto& a, const auto& b) {
            const CatCell& x = down ? b[column] : a[column];
            const CatCell& y = down ? a[column] : b[column];
            return numeric ? x.number < y.number : x.text < y.text;
        });
    }
    return {};
}

std::string CatTable::as_text(const std::vector<Chosen>& columns, bool head) const {
    std::vector<std::size_t> widths(columns.size(), 0);
    for (std::size_t i = 0; i < columns.size(); ++i) {
        if (head) widths[i] = columns[i].head.size();
        for (const auto& row : rows_)
            widths[i] = std::max(widths[i], row[columns[i].column].text.size());
    }
    std::string out;
    const auto line = [&](auto&& text_of, bool is_head) {
        for (std::size_t i = 0; i < columns.size(); ++i) {
            if (i > 0) out.push_back(' ');
            const bool last = i + 1 == columns.size();
            const bool right = columns_[columns[i].column].right && !is_head;
            const std::string_view text = text_of(columns[i]);
            if (last && !right)
                out.append(text);
            else
                append_padded(out, text, widths[i], right);
        }
        out.push_back('\n');
    };
    if (head) line([](const Chosen& c) { return c.head; }, true);
    for (const auto& row : rows_)
        line([&](const Chosen& c) { return std::string_view(row[c.column].text); }, false);
    return out;
}

std::string CatTable::as_json(const std::vector<Chosen>& columns) const {
    json::Writer out;
    out.begin_array();
    for (const auto& row : rows_) {
        out.begin_object();
        for (const auto& [column, head] : columns)
            out.member(head, row[column].text);
        out.end_object();
    }
    out.end_array();
    return out.take();
}

Reply CatTable::render(const Call& call) {
    const bool help = call.flag("help", false);
    const bool head = call.flag("v", false);
    if (help) {
        std::size_t width = 0;
        std::size_t short_width = 0;
        for (const CatColumn& column : columns_) {
            width = std::max(width, column.name.size());
            short_width = std::max(short_width, column.short_names.size());
        }
        std::string out;
        for (const CatColumn& column : columns_) {
            append_padded(out, column.name, width, false);
            out += " | ";
            append_padded(out, column.short_names, short_width, false);
            out += fmt::format(" | {} \n", column.help);
        }
        return text_response(std::move(out));
    }
    if (auto sorted = sort(call); !sorted) return std::unexpected(sorted.error());
    const auto format = call.parameter("format");
    const auto accept = call.request().headers.find("Accept");
    const bool json =
        format ? *format == "json" : accept && accept->starts_with("application/json");
    const auto columns = chosen(call);
    if (json) return json_response(as_json(columns));
    return text_response(as_text(columns, head));
}

}  // namespace elkhorn::api
