#include "core/session/command_words.h"

namespace luthier {
namespace {

std::string quoted(const std::string& word) {
  constexpr std::string_view kPlain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_./:=+,@%-";
  if (!word.empty() && word.find_first_not_of(kPlain) == std::string::npos) return word;
  std::string out = "'";
  for (const char c : word) {
    if (c == '\'') out += "'\\''";
    else out += c;
  }
  return out + "'";
}

}  // namespace

std::string shell_line(const std::vector<std::string>& words) {
  std::string line;
  for (const auto& word : words) line += (line.empty() ? "" : " ") + quoted(word);
  return line;
}

namespace {

/// Words of one luthierctl command; what is empty or as usual is left out.
class Words {
 public:
  Words(const std::filesystem::path& workspace, const char* verb) {
    add("--workspace", workspace.string());
    words_.push_back(verb);
  }
  void add(const char* flag, const std::string& value) {
    if (!value.empty()) words_.insert(words_.end(), {flag, value});
  }
  void add(const char* flag, double value, double usual) {
    if (value != usual) add(flag, to_text(Value(value)));
  }
  void add_switch(const char* flag, bool on) {
    if (on) words_.push_back(flag);
  }
  void add(const Config& options) {
    for (const auto& [name, value] : options) words_.insert(words_.end(), {"--" + name, to_text(value)});
  }
  std::vector<std::string> done() { return std::move(words_); }

 private:
  std::vector<std::string> words_{"luthierctl"};
};

}  // namespace

std::vector<std::string> transfer_words(const TransferRequest& request) {
  Words words(request.workspace, "transfer");
  words.add("--run", request.run);
  words.add("--checkpoint", request.checkpoint);
  words.add("--family", request.family);
  words.add("--preset", request.preset);
  words.add("--content", request.content);
  words.add("--style", request.style);
  words.add(request.options);
  words.add("--vocoder", request.vocoder);
  words.add_switch("--no-treble", !request.treble);
  if (request.keep_step > 0) words.add("--keep-step", std::to_string(request.keep_step));
  if (request.device != "auto") words.add("--device", request.device);
  words.add("--out", request.output.string());
  words.add("--image", request.image.string());
  return words.done();
}

std::vector<std::string> live_words(const LiveRequest& request) {
  const LiveRequest usual;
  Words words(request.workspace, "live");
  words.add("--run", request.run);
  words.add("--checkpoint", request.checkpoint);
  words.add("--content", request.content);
  if (request.content.empty() && request.input_device >= 0) words.add("--input", std::to_string(request.input_device));
  words.add("--style", request.style);
  words.add(request.options);
  words.add("--window", request.window, usual.window);
  words.add("--hop", request.hop, usual.hop);
  words.add("--ahead", request.ahead, usual.ahead);
  words.add("--seconds", request.seconds, usual.seconds);
  words.add_switch("--treble", request.treble);
  words.add_switch("--play", request.play);
  words.add_switch("--paced", request.paced && !request.play);
  if (request.device != "auto") words.add("--device", request.device);
  words.add("--out", request.output.string());
  return words.done();
}

}  // namespace luthier
