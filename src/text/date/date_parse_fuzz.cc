// Foreign bytes as a date pattern and as a date: "pattern\ntext". Whatever is read lies between its
// first and its last instant.

#include "base/assert.h"
#include "text/date/date_parse.h"

#include <cstdint>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace elkhorn::text;
    const std::string input(data, data + size);
    const std::size_t cut = input.find('\n');
    const std::string pattern = input.substr(0, cut);
    const std::string text = cut == std::string::npos ? "" : input.substr(cut + 1);
    static const TimeZone::Ptr zone = TimeZone::find("Europe/Berlin").value_or(TimeZone::utc());
    for (const auto& parser : {DateParser::joda(pattern), DateParser::elasticsearch(pattern)}) {
        if (!parser) continue;
        const auto date = parser->parse(text, *zone, 1'431'857'103'000'000'000);
        if (!date) continue;
        ASSERT(date->first.nanosecond >= 0 && date->first.nanosecond < 1'000'000'000);
        ASSERT(date->first.seconds <= date->last.seconds);
    }
    static_cast<void>(TimeZone::from_tzif("fuzz", input));
    return 0;
}
