#pragma once
#include <filesystem>
#include <functional>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <vector>

namespace CLI {
class App;
}

/// The frame of luthierctl. A verb is one file app/ctl/<verb>.cpp that defines one static VerbRegistration:
///
///   struct Options { std::string file; int steps = 50; };
///   const VerbRegistration invert{"invert", "turn a spectrogram back into sound", [](CLI::App& command) {
///     auto options = std::make_shared<Options>();
///     command.add_option("file", options->file, "spectrogram as .npy")->required();
///     return [options](Context& context) { …; return kDone; };
///   }};
///
/// Whatever an action throws ends as one sentence on stderr and exit code 1; UsageError as 2; Cancelled as 130.
namespace luthier::ctl {

inline constexpr int kDone = 0, kFailed = 1, kUsage = 2, kCancelled = 130;

/// The words on the command line make no sense together (what CLI11 cannot check).
class UsageError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The user stopped it. An action may also return kCancelled.
class Cancelled : public std::runtime_error {
 public:
  Cancelled() : std::runtime_error("stopped") {}
};

/// What every verb gets. Results go to stdout, everything else to stderr (arguments.h has the calls).
struct Context {
  std::filesystem::path workspace;  ///< --workspace, else LUTHIER_WORKSPACE, else ./luthier-workspace
  bool json = false;                ///< print JSON lines on stdout
  std::stop_token stop;             ///< requested by SIGINT or SIGTERM
  std::vector<std::string> command_line;  ///< argv, for records
};

using Action = std::function<int(Context&)>;

class VerbRegistration {
 public:
  VerbRegistration(std::string name, std::string help, std::function<Action(CLI::App&)> add);
};

struct Verb {
  std::string name, help;
  std::function<Action(CLI::App&)> add;
};
/// All that registered, by name.
const std::vector<Verb>& verbs();

/// Parses and runs; the whole of main.
int run(int argc, char** argv);

}  // namespace luthier::ctl
