#include "search/agg/core/buckets.h"

#include "search/agg/core/pipeline.h"

#include <map>

namespace elkhorn::search::agg {
namespace {

// Of a bucket's text: what it is made in, and what that is put into.
constexpr std::size_t copies_while_made = 3;

}  // namespace

std::vector<std::uint32_t> several_below(BucketMap above, std::size_t each) {
    std::vector<std::uint32_t> below(above.size() * each, no_bucket);
    for (std::size_t i = 0; i < above.size(); ++i) {
        for (std::size_t place = 0; above[i] != no_bucket && place < each; ++place)
            below[i * each + place] = static_cast<std::uint32_t>(above[i] * each + place);
    }
    return below;
}

Answer<BucketList> MultiBucket::list(std::uint32_t owner) {
    BucketList made;
    made.buckets = ASK(buckets(owner));
    ASK(apply_parent_pipelines(*this, made));
    return made;
}

Answer<> MultiBucket::render(json::Writer& out, std::uint32_t owner) {
    const BucketList made = ASK(list(owner));
    ASK(ledger().show(made.buckets.size(), owner == no_bucket));
    write_head(out);
    ASK(write_buckets(out, made));
    write_tail(out);
    return {};
}

Answer<> MultiBucket::write_buckets(json::Writer& out, const BucketList& list) {
    out.key("buckets");
    std::map<std::string, std::size_t> last;  // of two buckets with one name the last one stays
    for (std::size_t i = 0; keyed() && i < list.buckets.size(); ++i)
        last[key_text(list.buckets[i])] = i;
    if (keyed()) {
        out.begin_object();
    } else {
        out.begin_array();
    }
    for (std::size_t i = 0; i < list.buckets.size(); ++i) {
        const Bucket& bucket = list.buckets[i];
        if (keyed()) {
            const std::string name = key_text(bucket);
            if (last[name] != i) continue;
            out.key(name);
        }
        const std::size_t before = out.size_bytes();
        out.begin_object();
        write_key(out, bucket, keyed());
        out.member("doc_count", bucket.count);
        write_after_count(out);
        ASK(ledger().hold(sizeof(Bucket) + copies_while_made * (out.size_bytes() - before)));
        if (!bucket.predicted) ASK(children_.render_aggregators(out, bucket.ordinal));
        ASK(children_.render_pipelines(out, bucket.ordinal, &list, i));
        out.end_object();
    }
    if (keyed()) {
        out.end_object();
    } else {
        out.end_array();
    }
    return {};
}

}  // namespace elkhorn::search::agg
