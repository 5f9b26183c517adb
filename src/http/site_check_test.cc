#include "http/site_check.h"

#include <gtest/gtest.h>

namespace elkhorn::http {
namespace {

using List = std::vector<std::pair<std::string_view, std::string_view>>;

bool passes(const SiteCheck& check, const List& list, std::string_view method = "POST") {
    Headers headers;
    for (const auto& [name, value] : list)
        headers.add(name, value);
    return !check.objection(method, headers).has_value();
}

SiteCheck loopback(std::vector<std::string> allowed = {}) {
    return {"127.0.0.1", {.allowed_hosts = std::move(allowed)}};
}

TEST(SiteCheck, AnswersToItsOwnNames) {
    for (const std::string_view host :
         {"localhost", "localhost:9200", "LocalHost:9200", "localhost.", "127.0.0.1",
          "127.0.0.1:9200", "127.8.9.1:1", "[::1]:9200", "[::1]", "[::ffff:127.0.0.1]:9200"})
        EXPECT_TRUE(passes(loopback(), {{"Host", host}})) << host;
    EXPECT_TRUE(passes(loopback(), {}));  // HTTP/1.0
}

TEST(SiteCheck, RefusesNamesThatAreNotItsOwn) {
    for (const std::string_view host :
         {"evil.example", "evil.example:9200", "127.evil.example", "127.0.0.1.evil.example",
          "localhost.evil.example", "notlocalhost", "10.0.0.1", "0.0.0.0:9200", "[::2]:9200", "",
          "[::1", "[localhost]", "::1", "localhost:9200:1", "localhost:x", "evil@localhost",
          "localhost, evil.example"})
        EXPECT_FALSE(passes(loopback(), {{"Host", host}}, "GET")) << host;
    EXPECT_FALSE(passes(loopback(), {{"Host", "localhost"}, {"Host", "evil.example"}}));
}

TEST(SiteCheck, NamesTheSettingWhenItRefuses) {
    Headers headers;
    headers.add("Host", "logs.example:9200");
    const auto objection = loopback().objection("GET", headers);
    ASSERT_TRUE(objection);
    EXPECT_NE(objection->find("[logs.example:9200]"), std::string::npos) << *objection;
    EXPECT_NE(objection->find("http.allowed_hosts"), std::string::npos) << *objection;
}

TEST(SiteCheck, AnswersToListedNames) {
    const SiteCheck check = loopback({"Logs.example", "*.inner.example"});
    EXPECT_TRUE(passes(check, {{"Host", "logs.example:9200"}}));
    EXPECT_TRUE(passes(check, {{"Host", "a.b.inner.example"}}));
    EXPECT_FALSE(passes(check, {{"Host", "inner.example.evil"}}));
    EXPECT_TRUE(passes(loopback({"*"}), {{"Host", "whatever"}, {"Origin", "http://x.example"}}));
}

TEST(SiteCheck, AnswersToAnyAddressWhereItIsBoundToAll) {
    for (const std::string_view bound : {"0.0.0.0", "::"}) {
        const SiteCheck check(bound, {});
        EXPECT_TRUE(passes(check, {{"Host", "10.1.2.3:9200"}}));
        EXPECT_TRUE(passes(check, {{"Host", "[fe80::1]:9200"}}));
        EXPECT_FALSE(passes(check, {{"Host", "evil.example:9200"}}));
    }
    const SiteCheck one("10.1.2.3", {});
    EXPECT_TRUE(passes(one, {{"Host", "10.1.2.3:9200"}}));
    EXPECT_FALSE(passes(one, {{"Host", "10.1.2.4:9200"}}));
    EXPECT_TRUE(passes(SiteCheck("fe80::1", {}), {{"Host", "[FE80:0::1]:9200"}}));
}

TEST(SiteCheck, LetsAPageAskItsOwnServer) {
    EXPECT_TRUE(
        passes(loopback(), {{"Host", "localhost:5601"}, {"Origin", "http://localhost:5601"}}));
    EXPECT_TRUE(passes(loopback(), {{"Host", "[::1]:5601"}, {"Origin", "http://[::1]:5601"}}));
    const SiteCheck behind_proxy = loopback({"logs.example"});
    EXPECT_TRUE(
        passes(behind_proxy, {{"Host", "logs.example"}, {"Origin", "https://logs.example"}}));
    EXPECT_TRUE(passes(behind_proxy,
                       {{"Host", "127.0.0.1:5601"}, {"Origin", "https://logs.example:8443"}}));
}

TEST(SiteCheck, RefusesAPageOfAnotherSite) {
    for (const std::string_view origin :
         {"https://evil.example", "http://localhost:3000", "http://localhost",
          "http://127.0.0.1:9200", "null", "", "file://", "http://evil.example@localhost:9200",
          "http://localhost:9200.evil.example", "http://localhost:9200 http://evil.example"}) {
        for (const std::string_view method : {"GET", "POST", "DELETE", "OPTIONS"})
            EXPECT_FALSE(
                passes(loopback(), {{"Host", "localhost:9200"}, {"Origin", origin}}, method))
                << origin;
    }
    EXPECT_FALSE(passes(loopback(), {{"Host", "localhost:9200"},
                                     {"Origin", "http://localhost:9200"},
                                     {"Origin", "http://evil.example"}}));
}

TEST(SiteCheck, LetsALinkBeFollowedButNothingBeTakenIntoAnotherPage) {
    const auto from = [](std::string_view site, std::string_view mode, std::string_view method,
                         std::string_view referer = "") {
        return passes(loopback({"wiki.example"}),
                      {{"Host", "localhost:5601"},
                       {"Sec-Fetch-Site", site},
                       {"Sec-Fetch-Mode", mode},
                       {"Referer", referer}},
                      method);
    };
    EXPECT_TRUE(from("cross-site", "navigate", "GET"));
    EXPECT_TRUE(from("none", "navigate", "GET"));
    EXPECT_TRUE(from("same-origin", "cors", "GET"));
    EXPECT_FALSE(from("cross-site", "no-cors", "GET"));
    EXPECT_FALSE(from("cross-site", "navigate", "POST"));
    EXPECT_FALSE(from("cross-site", "no-cors", "GET", "https://evil.example/wiki.example"));
    EXPECT_TRUE(from("cross-site", "no-cors", "GET", "https://wiki.example/page"));
}

TEST(SiteCheck, MayLookAtBrowsersOnly) {
    SiteRules rules;
    rules.browsers_only = true;
    const SiteCheck check("0.0.0.0", rules);
    EXPECT_TRUE(passes(check, {{"Host", "logstash:8080"}}));
    EXPECT_FALSE(passes(check, {{"Host", "evil.example"}, {"Origin", "http://evil.example"}}));
    EXPECT_FALSE(passes(check, {{"Host", "10.0.0.1:8080"}, {"Origin", "http://evil.example"}}));
    EXPECT_FALSE(passes(check, {{"Host", "logstash:8080"}, {"Sec-Fetch-Site", "cross-site"}}));
}

}  // namespace
}  // namespace elkhorn::http
