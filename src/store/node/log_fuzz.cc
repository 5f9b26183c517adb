// store/node/log_fuzz.cc -- a log that a stranger wrote: a start reads it or refuses it with an
// error, and what it reads can be asked for and written to; never a crash. `repair` and `verify`
// look at it as well.
//
//   first byte even   the rest is one file as it lies on the disk
//   odd               the rest are entries, in a frame whose checksums are right

#include "base/bytes.h"
#include "base/log.h"
#include "io/fake_folder.h"
#include "store/log/log_frame.h"
#include "store/node/store.h"
#include "store/offline/verify.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace {

using namespace elkhorn;

std::string framed(std::string_view raw) {
    std::uint32_t entries = 0;
    ByteReader reader(raw);
    while (!reader.at_end()) {
        reader.text();
        entries += reader.ok() ? 1 : 0;
    }
    std::string bytes = store::log_file_header(1, 1);
    store::append_frame(bytes, {1, entries, raw});
    return bytes;
}

void use(store::Store& store) {
    for (const std::string& name : store.index_names()) {
        (void)store.refresh(name);
        (void)store.get(name, "k");
        store::Write gone;
        gone.index = name;
        gone.action = store::Action::remove;
        gone.id = "k";
        (void)store.write(std::span(&gone, 1));
    }
    (void)store.flush();
    for (const std::string& name : store.index_names())
        (void)store.delete_index(name);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    log::configure(log::Level::off, log::Format::text);
    const std::string_view rest(reinterpret_cast<const char*>(data) + 1, size - 1);
    io::FakeDisk disk;
    disk.put("log/0000000001.wal", data[0] % 2 == 0 ? std::string(rest) : framed(rest));
    (void)store::verify(*disk.view(), true);
    event::FieldNames names;
    store::Options options;
    options.field_names = &names;
    options.random_seed = 7;
    options.background = false;
    options.flatten = [&](std::string_view source, event::Document& document) -> Result<> {
        document.clear();
        const auto field = names.intern("n");
        document.add_integer(*field, event::Kind::integer,
                             static_cast<std::int64_t>(source.size()));
        return {};
    };
    if (auto opened = store::Store::open(disk.view(), options)) use(**opened);
    return 0;
}
