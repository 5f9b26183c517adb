#include "script/run/library.h"

#include "base/assert.h"
#include "base/strings.h"

#include <algorithm>
#include <array>
#include <map>
#include <tuple>

namespace elkhorn::script {
namespace {

Type read_type(std::string_view name) {
    std::uint8_t dimensions = 0;
    while (name.ends_with("[]")) {
        name.remove_suffix(2);
        ++dimensions;
    }
    const auto found = find_class(name);
    ASSERT(found.has_value());
    return {*found, dimensions};
}

/// "static int compare(int, int)".
Method read_row(const MethodRow& row) {
    Method method;
    method.of = row.of;
    method.code = row.code;
    std::string_view text = row.declaration;
    constexpr std::string_view mark = "static ";
    if (text.starts_with(mark)) {
        method.is_static = true;
        text.remove_prefix(mark.size());
    }
    const std::size_t open = text.find('(');
    ASSERT(open != text.npos && text.ends_with(")"));
    std::string_view head = text.substr(0, open);
    if (const std::size_t blank = head.rfind(' '); blank != head.npos) {
        method.result = read_type(trim(head.substr(0, blank)));
        head.remove_prefix(blank + 1);
    } else {
        method.result = row.of;  // a constructor
        method.is_static = true;
    }
    method.name = head;
    const std::string_view inside = trim(text.substr(open + 1, text.size() - open - 2));
    if (!inside.empty()) {
        for (const std::string_view one : split(inside, ','))
            method.parameters.push_back(read_type(trim(one)));
    }
    return method;
}

using Key = std::tuple<Class, std::string_view, std::size_t, bool>;

struct Tables {
    std::vector<Method> methods;
    std::map<Key, const Method*> by_key;

    Tables() {
        const std::array all = {text_methods(),       number_methods(), list_methods(),
                                map_methods(),        stream_methods(), date_methods(),
                                comparator_methods(), groovy_methods(), exception_methods(),
                                document_methods(),   score_methods(),  moving_methods(),
                                pattern_methods()};
        for (const auto& table : all) {
            for (const MethodRow& row : table)
                methods.push_back(read_row(row));
        }
        for (const Method& method : methods) {
            by_key.emplace(Key{method.of, method.name, method.parameters.size(), method.is_static},
                           &method);
        }
    }
};

const Tables& tables() {
    static const Tables made;
    return made;
}

}  // namespace

const Method* find_method(Class of, std::string_view name, std::size_t parameters, bool is_static) {
    const auto it = tables().by_key.find(Key{of, name, parameters, is_static});
    if (it != tables().by_key.end()) return it->second;
    if (is_static) return nullptr;
    const Parents parents = parents_of(of);
    for (const Class parent : {parents.first, parents.second}) {
        if (parent == Class::void_) continue;
        if (const Method* found = find_method(parent, name, parameters, is_static)) return found;
    }
    return of == Class::object ? nullptr : find_method(Class::object, name, parameters, is_static);
}

std::span<const Method> all_methods() {
    return tables().methods;
}

const Method* find_own_function(std::string_view name, std::size_t parameters) {
    return find_method(Class::score_functions, name, parameters, true);
}

const Constant* find_constant(Class of, std::string_view name) {
    for (const auto table : {number_constants(), date_constants()}) {
        for (const Constant& constant : table) {
            if (constant.of == of && constant.name == name) return &constant;
        }
    }
    return nullptr;
}

}  // namespace elkhorn::script
