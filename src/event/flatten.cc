#include "event/flatten.h"

#include "base/bytes.h"
#include "event/format.h"
#include "text/json_text.h"

#include <algorithm>

namespace elkhorn::event {

/// Writes into a buffer of which it has made sure that there is room for what comes next.
class Flattener::Walk {
public:
    Walk(Flattener& flattener, std::string& buffer, Document& document)
        : fields_(flattener.fields_),
          printed_(flattener.printed_),
          buffer_(buffer),
          document_(document) {}

    std::string_view root(const Object& object) {
        members(object, FieldCache::root);
        return std::string_view(buffer_).substr(0, size_);
    }

private:
    void members(const Object& object, std::uint32_t node) {
        put('{');
        for (const Member& member : object.members()) {
            const std::uint32_t below = fields_.child(node, member.name);
            put(fields_.json_key(below));
            add(member.value, below);
        }
        if (object.size() == 0)
            put('}');
        else
            buffer_[size_ - 1] = '}';
    }

    void items(const Array& array, std::uint32_t node) {
        put('[');
        for (const Value& item : array.values())
            add(item, node);
        if (array.size() == 0)
            put(']');
        else
            buffer_[size_ - 1] = ']';
    }

    /// A value, its leaves, and a comma.
    void add(const Value& value, std::uint32_t node) {
        switch (value.kind()) {
            case Kind::string: text(value.as_string(), node); break;
            case Kind::object: members(value.as_object(), node); break;
            case Kind::array: items(value.as_array(), node); break;
            default: scalar(value, node);
        }
        put(',');
    }

    void scalar(const Value& value, std::uint32_t node) {
        printed_.clear();
        append_json(printed_, value);
        put(printed_);
        const FieldId field = fields_.field(node, document_);
        switch (value.kind()) {
            case Kind::real: document_.add_real(field, value.as_real()); break;
            case Kind::null: document_.add_integer(field, Kind::null, 0); break;
            default: document_.add_integer(field, value.kind(), value.as_integer()); break;
        }
    }

    void text(std::string_view text, std::uint32_t node) {
        const FieldId field = fields_.field(node, document_);
        if (!text::is_plain_json(text)) {
            printed_.clear();
            const bool as_it_is = text::append_json_string(printed_, text);
            put(printed_);
            if (as_it_is) text = written(text.size());
        } else {
            make_room(text.size() + 2);
            char* to = buffer_.data() + size_;
            *to = '"';
            copy_bytes(to + 1, text.data(), text.size());
            to[text.size() + 1] = '"';
            size_ += text.size() + 2;
            text = written(text.size());
        }
        document_.add_text(field, text);
    }

    /// The text before the quote that was written last.
    std::string_view written(std::size_t size_bytes) const {
        return std::string_view(buffer_).substr(size_ - 1 - size_bytes, size_bytes);
    }

    void put(char c) {
        make_room(1);
        buffer_[size_++] = c;
    }

    void put(std::string_view bytes) {
        make_room(bytes.size());
        copy_bytes(buffer_.data() + size_, bytes.data(), bytes.size());
        size_ += bytes.size();
    }

    void make_room(std::size_t size_bytes) {
        if (size_ + size_bytes > buffer_.size()) grow(size_bytes);
    }

    /// Leaves that point into the buffer go with it.
    void grow(std::size_t size_bytes) {
        std::string larger;
        larger.resize(std::max(size_ + size_bytes, 2 * buffer_.size()));
        copy_bytes(larger.data(), buffer_.data(), size_);
        for (Leaf& leaf : document_.leaves()) {
            if (leaf.kind == Kind::string && lies_within(leaf.as_text(), buffer_))
                leaf.text = larger.data() + (leaf.text - buffer_.data());
        }
        buffer_ = std::move(larger);
    }

    FieldCache& fields_;
    std::string& printed_;
    std::string& buffer_;
    std::size_t size_ = 0;  // of what is written
    Document& document_;
};

std::string_view Flattener::flatten(const Event& event, std::string& buffer, Document& document) {
    document.clear();
    fields_.start_document();
    return Walk(*this, buffer, document).root(event.root());
}

}  // namespace elkhorn::event
