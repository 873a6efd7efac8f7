#pragma once
#include <string>
#include <string_view>

namespace luthier {

/// RFC 4648 with padding, for data: addresses.
std::string base64(std::string_view bytes);
/// Text for XML and HTML: <, >, & and " as entities; control characters other than line ends and tabs are left out.
std::string escaped_xml(std::string_view text);

}  // namespace luthier
