// http/charged_body.h -- a request's body as Beast reads it: it grows by what the budget grants,
// and asks before it grows. Included by session.h alone.
#pragma once

#include "http/pieces.h"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/optional/optional.hpp>
#include <boost/system/error_code.hpp>

#include <cstdint>

namespace elkhorn::http {

struct ChargedBody {
    using value_type = Pieces;

    /// The error of `put` where the budget grants no more.
    static boost::system::error_code no_room() {
        return boost::system::errc::make_error_code(boost::system::errc::not_enough_memory);
    }

    class reader {
    public:
        template <bool is_request, class Fields>
        reader(boost::beast::http::header<is_request, Fields>& /*header*/, Pieces& body)
            : body_(body) {}

        void init(const boost::optional<std::uint64_t>& length, boost::system::error_code& error) {
            error = {};
            if (length) body_.expect(*length);
        }

        template <class Buffers>
        std::size_t put(const Buffers& buffers, boost::system::error_code& error) {
            error = {};
            std::size_t taken = 0;
            for (auto it = boost::asio::buffer_sequence_begin(buffers);
                 it != boost::asio::buffer_sequence_end(buffers); ++it) {
                const boost::asio::const_buffer piece = *it;
                if (!body_.append({static_cast<const char*>(piece.data()), piece.size()})) {
                    error = no_room();
                    return taken;
                }
                taken += piece.size();
            }
            return taken;
        }

        static void finish(boost::system::error_code& error) { error = {}; }

    private:
        Pieces& body_;  // the parser's
    };
};

}  // namespace elkhorn::http
