#include "config/yaml.h"

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

namespace elkhorn::config {
namespace {

constexpr int depth_limit = 50;

class Flattener {
public:
    explicit Flattener(const std::string& file) : file_(file) {}

    Result<> add(const std::string& key, const YAML::Node& node, int depth) {
        const int line = node.Mark().line + 1;
        if (depth > depth_limit) return failure(line, "nested too deeply");
        if (node.IsMap()) {
            for (const auto& member : node) {
                if (!member.first.IsScalar()) return failure(line, "a key must be a word");
                const std::string& name = member.first.Scalar();
                TRY(add(key.empty() ? name : fmt::format("{}.{}", key, name), member.second,
                        depth + 1));
            }
            return {};
        }
        if (key.empty()) {
            if (node.IsNull()) return {};
            return failure(line, "the file must be a mapping: key: value");
        }
        YamlEntry entry;
        entry.key = key;
        entry.line = line;
        entry.null = node.IsNull();
        entry.list = node.IsSequence();
        if (node.IsScalar()) entry.items.push_back(node.Scalar());
        if (node.IsSequence()) {
            for (const auto& item : node) {
                if (item.IsMap())
                    entry.maps.push_back(TRY(map(key, item)));
                else if (item.IsScalar())
                    entry.items.push_back(item.Scalar());
                else
                    return failure(line, fmt::format("{}: a list in a list is not wanted", key));
            }
            if (!entry.maps.empty() && !entry.items.empty())
                return failure(line, fmt::format("{}: texts and mappings in one list", key));
        }
        entries.push_back(std::move(entry));
        return {};
    }

    std::vector<YamlEntry> entries;

private:
    Result<YamlMap> map(const std::string& key, const YAML::Node& node) const {
        YamlMap made;
        made.line = node.Mark().line + 1;
        for (const auto& member : node) {
            if (!member.first.IsScalar() || !member.second.IsScalar())
                return failure(made.line, fmt::format("{}: texts by name are wanted", key));
            made.members.emplace_back(member.first.Scalar(), member.second.Scalar());
        }
        return made;
    }

    std::unexpected<Error> failure(int line, std::string_view what) const {
        return fail(ErrorCode::invalid, fmt::format("{}: line {}: {}", file_, line, what));
    }

    const std::string& file_;
};

}  // namespace

Result<std::vector<YamlEntry>> read_yaml(std::string_view text, const std::string& file) {
    try {
        const YAML::Node root = YAML::Load(std::string(text));
        Flattener flattener(file);
        TRY(flattener.add("", root, 0));
        return std::move(flattener.entries);
    } catch (const YAML::Exception& error) {
        return fail(ErrorCode::invalid,
                    fmt::format("{}: line {}: {}", file, error.mark.line + 1, error.msg));
    }
}

}  // namespace elkhorn::config
