#pragma once
#include <stop_token>
#include <thread>

namespace luthier::ctl {

/// Turns SIGINT and SIGTERM into a stop request for as long as it lives. A second signal ends the program at once. One
/// at a time; made on the main thread.
class Interrupt {
 public:
  Interrupt();
  ~Interrupt();
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;
  std::stop_token token() const { return source_.get_token(); }

 private:
  std::stop_source source_;
  std::jthread watcher_;  ///< waits on a pipe the handler writes to: request_stop is not safe in a handler
};

}  // namespace luthier::ctl
