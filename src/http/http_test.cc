// The server and the client against each other, and the server against bytes no client would send.

#include "http/client.h"
#include "http/gzip.h"
#include "http/server.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

namespace elkhorn::http {
namespace {

Response echo(const Request& request) {
    Response response;
    response.body = request.method + " " + request.target + " " + request.body;
    return response;
}

std::unique_ptr<Server> start(Server::Options options = {}) {
    auto server = Server::start(options, echo);
    EXPECT_TRUE(server) << server.error().message;
    return std::move(*server);
}

/// Sends raw bytes and reads until the server closes.
std::string raw(std::uint16_t port, const std::string& bytes) {
    const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    EXPECT_GE(::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL), 0);
    std::string answer;
    char buffer[4096];
    for (ssize_t n = 0; (n = ::recv(fd, buffer, sizeof buffer, 0)) > 0;) {
        answer.append(buffer, static_cast<std::size_t>(n));
    }
    ::close(fd);
    return answer;
}

TEST(HttpServer, AnswersOnOneConnectionManyTimes) {
    auto server = start();
    Client client({"127.0.0.1", server->port()});
    for (int i = 0; i < 3; ++i) {
        Request request;
        request.method = "POST";
        request.target = "/a?b=" + std::to_string(i);
        request.body = std::string(100'000, 'x');
        auto response = client.send(request);
        ASSERT_TRUE(response) << response.error().message;
        EXPECT_EQ(response->status, 200);
        EXPECT_EQ(response->body, "POST " + request.target + " " + request.body);
    }
}

TEST(HttpServer, TakesAndGivesGzip) {
    auto server = start();
    Client client({"127.0.0.1", server->port()});
    Request request;
    request.method = "POST";
    const std::string text(50'000, 'y');
    request.body = gzip(text);
    request.headers.add("Content-Encoding", "gzip");
    request.headers.add("Accept-Encoding", "gzip");
    auto response = client.send(request);
    ASSERT_TRUE(response) << response.error().message;
    EXPECT_EQ(response->headers.find("Content-Encoding"), "gzip");
    EXPECT_EQ(response->body, "POST / " + text);
    request.body = request.body.substr(0, 30);
    response = client.send(request);
    ASSERT_TRUE(response);
    EXPECT_EQ(response->status, 400);
}

TEST(HttpServer, RefusesABodyPastTheLimitWhetherPlainOrCompressed) {
    Server::Options options;
    options.body_limit_bytes = 1000;
    auto server = start(options);
    Request request;
    request.method = "POST";
    request.body = std::string(100'000, 'z');
    auto plain = Client({"127.0.0.1", server->port()}).send(request);
    ASSERT_TRUE(plain) << plain.error().message;
    EXPECT_EQ(plain->status, 413);
    request.body = gzip(request.body);
    request.headers.add("Content-Encoding", "gzip");
    auto bomb = Client({"127.0.0.1", server->port()}).send(request);
    ASSERT_TRUE(bomb) << bomb.error().message;
    EXPECT_EQ(bomb->status, 413);
}

Response post(Server& server, std::string body, std::string_view coding) {
    Request request;
    request.method = "POST";
    request.body = std::move(body);
    request.headers.add("Content-Encoding", coding);
    auto response = Client({"127.0.0.1", server.port()}).send(request);
    EXPECT_TRUE(response) << response.error().message;
    return response ? std::move(*response) : Response{};
}

TEST(HttpServer, ReadsEveryMemberOfAGzipBody) {
    auto server = start();
    const std::string large(200'000, 'y');
    EXPECT_EQ(post(*server, gzip("one ") + gzip(large) + gzip("") + gzip(" three"), "gzip").body,
              "POST / one " + large + " three");
    EXPECT_EQ(post(*server, gzip("one"), "x-gzip").body, "POST / one");
    EXPECT_EQ(post(*server, gzip("one"), "GZIP").body, "POST / one");
    EXPECT_EQ(post(*server, "plain", "identity").body, "POST / plain");
    EXPECT_EQ(post(*server, "", "gzip").body, "POST / ");
}

TEST(HttpServer, RefusesACompressedBodyThatIsNotWhole) {
    auto server = start();
    const std::string one = gzip("one");
    const std::string two = gzip(std::string(200'000, 'y'));
    const std::string zlib("\x78\x9c\xcb\xcf\x4b\x05\x00\x02\x91\x01\x43", 11);  // "one"
    EXPECT_EQ(post(*server, zlib, "deflate").body, "POST / one");
    for (const std::string& body :
         {one + two.substr(0, two.size() - 1), one + two.substr(0, 5), one + "\x1f",
          one + "garbage", one + std::string(1, '\0'), one + zlib, zlib + one, zlib + "x",
          one.substr(0, one.size() - 1), std::string("x")}) {
        const Response response = post(*server, body, "gzip");
        EXPECT_EQ(response.status, 400) << body.size();
        EXPECT_NE(response.body.find("compressed body"), std::string::npos) << response.body;
    }
    std::string damaged = one + gzip("two");
    damaged[damaged.size() - 6] ^= 1;  // the checksum of the second member
    EXPECT_EQ(post(*server, damaged, "gzip").status, 400);
}

TEST(HttpServer, RefusesCodingsItDoesNotKnow) {
    auto server = start();
    for (const std::string_view coding : {"br", "zstd", "gzip, gzip", "gzip, br", "gzipped"}) {
        const Response response = post(*server, gzip("one"), coding);
        EXPECT_EQ(response.status, 415) << coding;
        EXPECT_NE(response.body.find("Content-Encoding"), std::string::npos) << response.body;
    }
    const std::string twice =
        raw(server->port(),
            "POST / HTTP/1.1\r\nContent-Encoding: gzip\r\nContent-Encoding: br\r\n"
            "Content-Length: 2\r\nConnection: close\r\n\r\nhi");
    EXPECT_TRUE(twice.starts_with("HTTP/1.1 415")) << twice;
    for (const std::string coding : {"gzip, chunked", "gzip", "identity"}) {
        const std::string answer =
            raw(server->port(), "POST / HTTP/1.1\r\nTransfer-Encoding: " + coding +
                                    "\r\nConnection: close\r\n\r\n0\r\n\r\n");
        EXPECT_TRUE(answer.starts_with("HTTP/1.1 501")) << coding << ": " << answer;
    }
}

TEST(HttpServer, HoldsTheLimitOverAllMembersTogether) {
    Server::Options options;
    options.body_limit_bytes = 1000;
    auto server = start(options);
    const std::string half = gzip(std::string(500, 'z'));
    EXPECT_EQ(post(*server, half + half, "gzip").status, 200);
    EXPECT_EQ(post(*server, half + half + gzip("z"), "gzip").status, 413);
}

TEST(HttpServer, GivesGzipOnlyToThoseWhoTakeIt) {
    auto server = start();
    const auto coding_for = [&](std::string_view accepts) {
        Request request;
        request.target = "/" + std::string(1000, 'x');
        request.headers.add("Accept-Encoding", accepts);
        const auto response = Client({"127.0.0.1", server->port()}).send(request);
        return std::string(response->headers.find("Content-Encoding").value_or("none"));
    };
    EXPECT_EQ(coding_for("br, gzip;q=0.5"), "gzip");
    EXPECT_EQ(coding_for("gzip;q=0"), "none");
    EXPECT_EQ(coding_for("gzip; q=0.0, br"), "none");
    EXPECT_EQ(coding_for("gzippy"), "none");
}

TEST(HttpClient, RefusesAnAnswerItCannotRead) {
    std::string coding;
    std::string body;
    auto server = Server::start({}, [&](const Request&) {
        Response response;
        response.headers.add("Content-Encoding", coding);
        response.body = body;
        return response;
    });
    const auto answer = [&](std::string_view c, std::string b) {
        coding = c;
        body = std::move(b);
        return Client({"127.0.0.1", (*server)->port()}).send(Request{});
    };
    EXPECT_EQ(answer("gzip", gzip("one") + gzip("two"))->body, "onetwo");
    EXPECT_FALSE(answer("gzip", gzip("one") + "x"));
    EXPECT_FALSE(answer("br", "x"));
}

TEST(HttpServer, RefusesAPageOfAnotherSiteBeforeItsBody) {
    auto server = start();
    const std::string answer =
        raw(server->port(),
            "POST / HTTP/1.1\r\nHost: localhost\r\nOrigin: http://evil.example"
            "\r\nContent-Length: 1000\r\n\r\nnever all of it");
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 403")) << answer;
    EXPECT_NE(answer.find("http.allowed_hosts"), std::string::npos) << answer;
}

TEST(HttpServer, AnswersRubbishWith400AndLivesOn) {
    auto server = start();
    EXPECT_TRUE(raw(server->port(), "rubbish\r\n\r\n").starts_with("HTTP/1.1 400"));
    EXPECT_NE(raw(server->port(), "GET /x HTTP/1.1\r\nConnection: close\r\n\r\n").find("GET /x "),
              std::string::npos);
}

TEST(HttpServer, AnswersExpectAndHead) {
    auto server = start();
    const std::string answer =
        raw(server->port(),
            "POST /x HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 2\r\n"
            "Connection: close\r\n\r\nhi");
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 100 Continue")) << answer;
    EXPECT_TRUE(answer.ends_with("POST /x hi")) << answer;
    const std::string head = raw(server->port(), "HEAD /x HTTP/1.1\r\nConnection: close\r\n\r\n");
    EXPECT_NE(head.find("Content-Length: 8"), std::string::npos) << head;
    EXPECT_TRUE(head.ends_with("\r\n\r\n")) << head;
}

TEST(HttpMessage, DecodesPathsAndQueries) {
    Request request;
    request.target = "/a%2Fb/%3Clogs-%7Bnow%2Fd%7D%3E/_search?q=a+b%26c&pretty&x=%zz";
    EXPECT_EQ(request.path(), (std::vector<std::string>{"a/b", "<logs-{now/d}>", "_search"}));
    const auto query = request.query();
    ASSERT_EQ(query.size(), 3U);
    EXPECT_EQ(query[0].second, "a b&c");
    EXPECT_EQ(query[1].first, "pretty");
    EXPECT_EQ(query[2].second, "%zz");
}

TEST(HttpUrl, ReadsWhatPeopleWrite) {
    auto url = parse_url("http://me:pa%40ss@es.local:9200/prefix/", 80);
    ASSERT_TRUE(url) << url.error().message;
    EXPECT_EQ(url->user, "me");
    EXPECT_EQ(url->password, "pa@ss");
    EXPECT_EQ(url->endpoint.host, "es.local");
    EXPECT_EQ(url->endpoint.port, 9200);
    EXPECT_EQ(url->path, "/prefix");
    EXPECT_EQ(parse_url("127.0.0.1", 9200)->endpoint.port, 9200);
    EXPECT_FALSE(parse_url("https://x", 9200));
}

}  // namespace
}  // namespace elkhorn::http
