#include "app/ctl/interrupt.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <stdexcept>

namespace luthier::ctl {
namespace {

int pipe_ends[2] = {-1, -1};

void on_signal(int number) {
  const int kept = errno;
  std::signal(number, SIG_DFL);  // a second one ends the program
  const char stop = 's';
  [[maybe_unused]] const auto written = write(pipe_ends[1], &stop, 1);
  errno = kept;
}

void install(void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

}  // namespace

Interrupt::Interrupt() {
  if (pipe2(pipe_ends, O_CLOEXEC) != 0) throw std::runtime_error("the system gave no pipe; too many files are open");
  watcher_ = std::jthread([this, end = pipe_ends[0]] {
    char byte = 0;
    while (read(end, &byte, 1) < 0 && errno == EINTR) {
    }
    if (byte == 's') source_.request_stop();
  });
  install(on_signal);
}

Interrupt::~Interrupt() {
  install(SIG_DFL);
  close(pipe_ends[1]);  // wakes the watcher
  watcher_.join();
  close(pipe_ends[0]);
}

}  // namespace luthier::ctl
