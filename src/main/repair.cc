#include "main/repair.h"

#include "base/civil_time.h"
#include "base/clock.h"
#include "io/folder.h"
#include "json/flatten.h"
#include "json/writer.h"
#include "main/print.h"
#include "store/offline/repair.h"

#include <algorithm>
#include <filesystem>

namespace elkhorn {
namespace {

/// "damaged-20261122T093000Z".
std::string folder_for_damaged() {
    std::string time = format_iso(system_clock().wall_ns()).substr(0, 19);
    std::erase_if(time, [](char c) { return c == '-' || c == ':'; });
    return "damaged-" + time + "Z";
}

void write_texts(json::Writer& out, std::string_view name, const std::vector<std::string>& texts) {
    out.key(name).begin_array();
    for (const std::string& text : texts)
        out.value(text);
    out.end_array();
}

void print_json(const store::Repaired& done, const RepairCommand& command,
                const std::string& moved_to) {
    json::Writer out;
    out.begin_object().member("dry_run", command.dry_run).member("changed", done.changed());
    out.key("indices").begin_array();
    for (const store::RepairedIndex& index : done.indices) {
        out.begin_object().member("index", index.name).member("folder", index.folder);
        out.member("documents_kept", index.kept).member("documents_lost", index.lost);
        out.member("documents_lost_at_most", index.lost + index.lost_at_most);
        write_texts(out, "notes", index.notes);
        out.end_object();
    }
    out.end_array();
    out.member("log_entries_kept", done.log_entries_kept);
    out.member("log_entries_lost", done.log_entries_lost);
    write_texts(out, "notes", done.log_notes);
    out.member("moved_to", done.moved.empty() ? std::string() : moved_to);
    write_texts(out, "moved", done.moved);
    out.end_object();
    print("{}\n", out.take());
}

void print_text(const store::Repaired& done, const RepairCommand& command,
                const std::string& moved_to) {
    for (const store::RepairedIndex& index : done.indices) {
        for (const std::string& note : index.notes)
            print("{}\n", note);
    }
    for (const std::string& note : done.log_notes)
        print("{}\n", note);
    for (const store::RepairedIndex& index : done.indices) {
        print("{} ({}): {} documents kept, {} lost", index.name, index.folder, index.kept,
              index.lost);
        if (index.lost_at_most > 0) print(", and at most {} more", index.lost_at_most);
        print("\n");
    }
    print("log: {} entries kept, {} lost\n", done.log_entries_kept, done.log_entries_lost);
    if (!done.changed())
        print("nothing is damaged, nothing was changed\n");
    else if (command.dry_run)
        print("nothing was changed; without --dry-run it will be so\n");
    else if (done.moved.empty())
        print("repaired\n");
    else
        print("repaired; what was replaced is in {}/{}\n", command.data, moved_to);
}

}  // namespace

int repair_data(const RepairCommand& command) {
    std::error_code error;
    if (!std::filesystem::is_directory(command.data + "/log", error))
        return complain("{}: this is no data folder; name the one to repair", command.data);
    // Nobody may write meanwhile; a dry run may look at what a server writes.
    const auto folder = io::open_folder(command.data, !command.dry_run);
    if (!folder) return complain("{}", folder.error().message);
    event::FieldNames names;
    store::RepairOptions options;
    options.flatten = json::flatten_one(names);
    options.field_names = &names;
    options.moved_to = folder_for_damaged();
    options.dry_run = command.dry_run;
    const auto done = store::repair(**folder, options);
    if (!done) return complain("{}", done.error().message);
    if (command.json)
        print_json(*done, command, options.moved_to);
    else
        print_text(*done, command, options.moved_to);
    return 0;
}

}  // namespace elkhorn
