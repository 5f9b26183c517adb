// filter/drop.cc -- events that nobody wants. With a percentage each event is dropped by chance.

#include "base/random.h"
#include "filter/core/decoration.h"
#include "filter/core/filter.h"

namespace elkhorn::filter::drop {
namespace {

class Drop final : public Filter {
public:
    Drop(double share, Decoration decoration, std::uint64_t seed)
        : share_(share), decoration_(std::move(decoration)), random_(seed) {}

    void apply(event::Batch& /*batch*/, Events events) override {
        for (event::Event* event : events) {
            if (share_ >= 1 || random_.chance(share_))
                event->cancel();
            else
                decoration_.apply(*event);
        }
    }

private:
    double share_;
    Decoration decoration_;
    Random random_;
};

Result<std::unique_ptr<Filter>> build(const config::Plugin& plugin, const Context& context) {
    config::Fields fields(plugin);
    std::int64_t percentage = 100;
    fields.number("percentage", percentage, 0, 100);
    Decoration decoration(context.clock);
    decoration.read(fields);
    TRY(fields.finish());
    return std::make_unique<Drop>(static_cast<double>(percentage) / 100, std::move(decoration),
                                  context.seed);
}

}  // namespace

extern constinit const Spec spec{"drop", "Drop events, all of them or a percentage.", build};

}  // namespace elkhorn::filter::drop
