// http/message.h -- requests and responses as plain values. Beast stays behind server.h and
// client.h.
#pragma once

#include "base/budget.h"

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace elkhorn::http {

struct Header {
    std::string name;
    std::string value;
};

class Headers {
public:
    void add(std::string_view name, std::string_view value) {
        list_.push_back({std::string(name), std::string(value)});
    }

    void set(std::string_view name, std::string_view value);
    /// Names are compared without case; nothing when there is none.
    std::optional<std::string_view> find(std::string_view name) const;

    const std::vector<Header>& list() const { return list_; }

private:
    std::vector<Header> list_;
};

struct Request {
    std::string method = "GET";  // upper case
    std::string target = "/";    // as sent: path and query
    Headers headers;
    std::string body;  // decompressed
    std::string peer;  // the sender's address

    /// What the body holds of the server's budget, for as long as anybody has it; null: nothing.
    std::shared_ptr<Charge> charge;
    /// Raised by the server while the handler works; null: never. For whoever works on elsewhere.
    std::shared_ptr<const std::atomic<bool>> abandonment;

    /// True once nobody waits for the answer any more: the sender has closed its side or broken the
    /// connection, or the server ends. (Who half-closes after a question counts as gone; an answer
    /// that is there in spite of it is sent.)
    bool abandoned() const { return abandonment != nullptr && abandonment->load(); }

    /// The path, percent-decoded piece by piece, never empty; "/a%2Fb/c" gives {"a/b","c"}.
    std::vector<std::string> path() const;
    /// The query's parameters, decoded, in order; "?pretty" gives {"pretty",""}.
    std::vector<std::pair<std::string, std::string>> query() const;
};

/// What a server refuses by itself.
struct Refusal {
    int status = 400;
    std::string reason;
    bool memory = false;  // of a 429: bodies hold all they may, not the queue
};

struct Response {
    int status = 200;
    std::string content_type = "text/plain; charset=UTF-8";
    Headers headers;
    std::string body;
    /// Whatever counts the memory of the body; it goes with the response. Null: nobody does.
    std::shared_ptr<const void> held;
};

/// "%20" and, in queries, '+' to their bytes; a broken escape stays as it is.
std::string percent_decode(std::string_view text, bool plus_is_space);
std::string percent_encode(std::string_view text);

}  // namespace elkhorn::http
