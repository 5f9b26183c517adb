// store/code/template_fuzz.cc -- templates and shapes whose headers a stranger chose: the headers
// lie compressed in a row group, where changed bytes hardly get past the decompressor; here they
// do.

#include "base/bytes.h"
#include "store/code/compression.h"
#include "store/code/template_text.h"
#include "store/group/source_shapes.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace {

using namespace elkhorn;

constexpr std::uint32_t sample_rows = 300;

struct Sample {
    store::TemplateParts templates;
    std::string shapes;
};

const Sample& sample() {
    static const Sample made = [] {
        std::vector<std::string> lines;
        std::vector<std::uint32_t> ordinals;
        for (std::uint32_t i = 0; i < sample_rows; ++i) {
            lines.push_back("GET /p" + std::to_string(i % 5) + " took " + std::to_string(i * 7) +
                            (i % 4 == 0 ? " Ms" : " ms, late"));
            ordinals.push_back(i);
        }
        const std::vector<std::string_view> texts(lines.begin(), lines.end());
        const store::TextColumn column{texts, ordinals, {}, sample_rows};
        std::vector<std::string> documents;
        for (std::uint32_t i = 0; i < sample_rows; ++i)
            documents.push_back("{\"a\":" + std::to_string(i) + ",\"b\":[1,\"x\"]}");
        const std::vector<std::string_view> sources(documents.begin(), documents.end());
        Sample parts;
        if (auto encoded = store::encode_templates(column, {})) parts.templates = *encoded;
        parts.shapes = store::encode_sources(sources, {}).shapes;
        return parts;
    }();
    return made;
}

/// The part with its header changed: triples of (place, place, byte).
std::string with_changes(const std::string& part, const std::uint8_t* data, std::size_t size) {
    const auto raw_bytes = load<std::uint32_t>(part.data());
    const auto packed_bytes = load<std::uint32_t>(part.data() + 4);
    auto header = store::read_zstd(std::string_view(part).substr(8, packed_bytes), raw_bytes);
    if (!header) return part;
    for (std::size_t i = 0; i + 2 < size; i += 3) {
        (*header)[static_cast<std::size_t>(data[i] | data[i + 1] << 8) % header->size()] =
            static_cast<char>(data[i + 2]);
    }
    std::string packed;
    store::append_zstd(packed, *header);
    std::string out;
    append_number(out, static_cast<std::uint32_t>(header->size()));
    append_number(out, static_cast<std::uint32_t>(packed.size()));
    return out + packed + part.substr(8 + packed_bytes);
}

void read_templates(const std::string& values, const std::string& index) {
    const auto texts = store::TemplateTexts::open(
        values, index, store::RowValues(sample_rows), sample_rows,
        [](std::string_view) -> Result<std::shared_ptr<const store::OrdinalValues>> {
            return std::make_shared<const store::OrdinalValues>(store::OrdinalValues{
                store::RowValues(sample_rows), std::vector<std::uint32_t>(sample_rows)});
        });
    if (!texts) return;
    std::string text;
    for (std::uint32_t value = 0; value < sample_rows; ++value)
        (void)texts->append(value, text);
    for (const char* token : {"ms", "7", "get"})
        (void)texts->rows_with_token(token);
    (void)texts->visit_tokens(
        "", [](std::string_view) { return true; },
        [](std::string_view, const store::Bitmap&) { return true; });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    if (data[0] % 2 == 0) {
        read_templates(with_changes(sample().templates.values, data + 1, size - 1),
                       sample().templates.index);
        return 0;
    }
    const std::string shapes = with_changes(sample().shapes, data + 1, size - 1);
    if (const auto opened = store::SourceShapes::open(shapes, {}, sample_rows)) {
        for (std::uint32_t row = 0; row < sample_rows; ++row)
            if (const auto shape = opened->shape_of(row))
                (void)opened->read_shape(
                    *shape, [](const store::SourceShapes::LeafView&) { return Result<>(); });
    }
    return 0;
}
