// search/run/test_documents.h -- for fuzz targets: an index with every type of field, nested
// objects among them, made once.
#pragma once

#include "base/assert.h"
#include "base/log.h"
#include "io/fake_folder.h"
#include "json/flatten.h"
#include "search/base/context.h"
#include "store/node/store.h"

#include <cstdint>
#include <memory>
#include <string_view>

namespace elkhorn::search {

class FuzzDocuments {
public:
    FuzzDocuments() {
        log::configure(log::Level::off, log::Format::text);
        store::Options options;
        options.flatten = json::flatten_one(names_);
        options.field_names = &names_;
        options.clock = &clock_;
        options.random_seed = 1;
        options.group_rows = 2;
        options.background = false;
        store_ = std::move(*store::Store::open(disk_.view(), options));
        store::IndexSettings settings;
        settings.mapping.fields["o"] = store::dynamic_field(store::FieldType::nested);
        settings.mapping.fields["p"] = store::dynamic_field(store::FieldType::geo_point);
        settings.mapping.fields["i"] = store::dynamic_field(store::FieldType::ip);
        settings.mapping.fields["w"] = store::dynamic_text();
        settings.mapping.fields["s"] = store::dynamic_field(store::FieldType::unindexed);
        settings.mapping.fields["s"].es_name = "completion";
        settings.mapping.fields["j"] = store::dynamic_field(store::FieldType::unindexed);
        settings.mapping.fields["j"].es_name = "join";
        settings.mapping.fields["j"].extra_json = R"("relations":{"q":"a"})";
        ASSERT(store_->create_index("f", settings));
        for (const std::string_view source :
             {R"({"k":"a","n":1,"d":0.5,"b":true,"t":"2024-01-01","x":"a b","w":"red fox jumps",
                  "i":"10.0.0.1","p":"1,2","o":[{"k":"x","n":1},{"k":"y"}],
                  "s":{"input":["red fox","rex"],"weight":3},"j":"q"})",
              R"({"k":["a","b"],"n":[1,2,2],"d":-1.5,"t":"2024-03-31T01:00:00Z",
                  "w":["red","a red dog"],"p":["3,4","5,6"],"s":["red",{"input":"rot"}],
                  "j":{"name":"a","parent":"1"}})",
              R"({"k":"c","b":false,"t":"1969-12-31T23:59:59Z","n":-9007199254740993,"w":"",
                  "o":{"k":"z","n":[2,3]}})",
              R"({"i":["::1","10.1.2.3"],"w":"blue fox"})"})
            add(source);
        ASSERT(store_->refresh("f"));
        context_.clock = &clock_;
        context_.now_ms = clock_.wall_ms();
        context_.max_buckets = 1000;
        context_.indices.push_back(*store_->view("f"));
    }

    const RequestContext& context() const { return context_; }

private:
    void add(std::string_view source) {
        event::Document document;
        flattener_.reset();
        ASSERT(flattener_.flatten(source, source.size(), document));
        const store::Write write{"f", store::Action::index, "", source, &document, {}};
        ASSERT(store_->write(std::span(&write, 1)));
    }

    io::FakeDisk disk_;
    ManualClock clock_{1'709'294'400'000'000'000};
    event::FieldNames names_;
    json::Flattener flattener_{names_};
    std::unique_ptr<store::Store> store_;
    RequestContext context_;
};

}  // namespace elkhorn::search
