// search/fetch/page_parse.h -- the members of a page read from a body or from parameters, as
// Elasticsearch checks them: which keys there are depends on the kind of their value.
#pragma once

#include "event/value.h"
#include "search/base/failure.h"
#include "search/fetch/page.h"

#include <cstdint>
#include <string_view>

namespace elkhorn::search {

class PageReader {
public:
    /// Reads into `page`, the caller's.
    explicit PageReader(Page& page) : page_(page) {}

    /// False: no member of a page.
    Answer<bool> take(const event::Member& member);
    /// What the URL says wins over the body; names of other things are passed over.
    Answer<> take_parameter(std::string_view name, std::string_view text);
    /// What is known only when everything was read.
    void settle(bool other_fields = false);

private:
    Answer<bool> take_list(const event::Member& member);
    Answer<bool> take_scalar(const event::Member& member);
    Answer<> stored_fields(const event::Value& value);

    Page& page_;
    bool source_given_ = false;
    bool stored_given_ = false;
    bool stored_source_ = false;
};

/// A whole body that has nothing but a page's members, with another size where it says none.
Answer<Page> parse_page(const event::Value& body, std::int64_t size_otherwise);

std::unexpected<Failure> unknown_key(const event::Value& value, std::string_view name);
Answer<std::int64_t> whole_number(const event::Value& value);

}  // namespace elkhorn::search
