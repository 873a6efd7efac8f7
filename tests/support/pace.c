/* An ALSA device for tests, without a daemon or hardware. As an output it takes samples at the pace of a sound card and appends
 * them to a file as they are; as an input it gives those of a file (32-bit float, one channel) over and over. It never underruns: where the program is late, its clock waits, so what is captured does not depend on how busy
 * the machine is.
 *
 *   pcm_type.pace { lib "/path/libasound_module_pcm_pace.so" }
 *   pcm.!default { type pace file "/path/captured.raw" rate 48000 }      (rate: the only one that is offered; 0 or none: all)
 *   … input "/path/heard.raw" …                                          (none: it is no input)
 */
#define _GNU_SOURCE
#include <alsa/asoundlib.h>
#include <alsa/pcm_external.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

typedef struct {
  snd_pcm_ioplug_t io;
  int timer;
  FILE* file;
  char* path;
  size_t frame_bytes;
  int running;
  double clock_start;  /* seconds; moved on whenever the clock had to wait */
  uint64_t written;    /* frames taken, or given, since prepare */
} pace_t;

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Frames "played" by now. */
static uint64_t played(pace_t* pace) {
  if (!pace->running) return 0;
  double frames = (now() - pace->clock_start) * pace->io.rate;
  if (frames > (double)pace->written) {
    pace->clock_start = now() - (double)pace->written / pace->io.rate;
    return pace->written;
  }
  return (uint64_t)frames;
}

/* Frames "heard" by now: at most what the buffer holds. */
static uint64_t heard(pace_t* pace) {
  if (!pace->running) return 0;
  double frames = (now() - pace->clock_start) * pace->io.rate;
  uint64_t most = pace->written + pace->io.buffer_size - 1;
  if (frames > (double)most) {
    pace->clock_start = now() - (double)most / pace->io.rate;
    return most;
  }
  return (uint64_t)frames;
}

static int is_input(const pace_t* pace) { return pace->io.stream == SND_PCM_STREAM_CAPTURE; }

static int pace_start(snd_pcm_ioplug_t* io) {
  pace_t* pace = io->private_data;
  pace->clock_start = now();
  pace->running = 1;
  return 0;
}

static int pace_stop(snd_pcm_ioplug_t* io) {
  pace_t* pace = io->private_data;
  struct itimerspec none = {{0, 0}, {0, 0}};
  pace->running = 0;
  timerfd_settime(pace->timer, 0, &none, NULL);
  if (pace->file) fflush(pace->file);
  return 0;
}

static snd_pcm_sframes_t pace_pointer(snd_pcm_ioplug_t* io) {
  pace_t* pace = io->private_data;
  return (snd_pcm_sframes_t)((is_input(pace) ? heard(pace) : played(pace)) % io->buffer_size);
}

static int give(pace_t* pace, char* to, snd_pcm_uframes_t size) {
  for (snd_pcm_uframes_t i = 0; i < size; ++i) {
    float sample = 0;
    if (fread(&sample, sizeof sample, 1, pace->file) != 1) {
      rewind(pace->file);
      if (fread(&sample, sizeof sample, 1, pace->file) != 1) return -EIO;
    }
    for (unsigned int c = 0; c < pace->io.channels; ++c, to += sizeof sample) memcpy(to, &sample, sizeof sample);
  }
  return 0;
}

static snd_pcm_sframes_t pace_transfer(snd_pcm_ioplug_t* io, const snd_pcm_channel_area_t* areas, snd_pcm_uframes_t offset,
                                       snd_pcm_uframes_t size) {
  pace_t* pace = io->private_data;
  char* at = (char*)areas->addr + (areas->first + areas->step * offset) / 8;
  if (is_input(pace) ? give(pace, at, size) < 0 : fwrite(at, pace->frame_bytes, size, pace->file) != size) return -EIO;
  pace->written += size;
  return (snd_pcm_sframes_t)size;
}

static int pace_prepare(snd_pcm_ioplug_t* io) {
  pace_t* pace = io->private_data;
  pace->written = 0;
  pace->running = 0;
  pace->frame_bytes = (size_t)snd_pcm_format_physical_width(io->format) / 8 * io->channels;
  if (!pace->file) pace->file = fopen(pace->path, is_input(pace) ? "rb" : "ab");
  /* PortAudio polls before it starts the stream, so the timer ticks from here on: twice a period. */
  long period = (long)(1e9 * (double)io->period_size / io->rate / 2);
  struct itimerspec ticks = {{period / 1000000000, period % 1000000000}, {0, 1}};
  timerfd_settime(pace->timer, 0, &ticks, NULL);
  return pace->file ? 0 : -EIO;
}

static int pace_poll_revents(snd_pcm_ioplug_t* io, struct pollfd* fds, unsigned int count, unsigned short* revents) {
  pace_t* pace = io->private_data;
  uint64_t ticks;
  (void)fds;
  (void)count;
  if (read(pace->timer, &ticks, sizeof ticks) < 0) ticks = 0;
  if (is_input(pace)) {
    *revents = heard(pace) - pace->written >= io->period_size ? POLLIN : 0;
    return 0;
  }
  uint64_t room = io->buffer_size - (pace->written - played(pace));
  *revents = room >= io->period_size ? POLLOUT : 0;
  return 0;
}

static int pace_close(snd_pcm_ioplug_t* io) {
  pace_t* pace = io->private_data;
  if (pace->file) fclose(pace->file);
  close(pace->timer);
  free(pace->path);
  free(pace);
  return 0;
}

static const snd_pcm_ioplug_callback_t callbacks = {
    .start = pace_start,
    .stop = pace_stop,
    .pointer = pace_pointer,
    .transfer = pace_transfer,
    .prepare = pace_prepare,
    .poll_revents = pace_poll_revents,
    .close = pace_close,
};

static int set_limits(snd_pcm_ioplug_t* io, long rate) {
  static const unsigned int formats[] = {SND_PCM_FORMAT_FLOAT_LE, SND_PCM_FORMAT_S16_LE};
  static const unsigned int accesses[] = {SND_PCM_ACCESS_RW_INTERLEAVED};
  const unsigned int lowest = rate > 0 ? (unsigned int)rate : 8000, highest = rate > 0 ? (unsigned int)rate : 96000;
  int error = snd_pcm_ioplug_set_param_list(io, SND_PCM_IOPLUG_HW_ACCESS, 1, accesses);
  const unsigned int known = io->stream == SND_PCM_STREAM_CAPTURE ? 1 : 2;
  if (error >= 0) error = snd_pcm_ioplug_set_param_list(io, SND_PCM_IOPLUG_HW_FORMAT, known, formats);
  if (error >= 0) error = snd_pcm_ioplug_set_param_minmax(io, SND_PCM_IOPLUG_HW_CHANNELS, 1, 2);
  if (error >= 0) error = snd_pcm_ioplug_set_param_minmax(io, SND_PCM_IOPLUG_HW_RATE, lowest, highest);
  if (error >= 0) error = snd_pcm_ioplug_set_param_minmax(io, SND_PCM_IOPLUG_HW_PERIOD_BYTES, 256, 1 << 16);
  if (error >= 0) error = snd_pcm_ioplug_set_param_minmax(io, SND_PCM_IOPLUG_HW_BUFFER_BYTES, 1024, 1 << 18);
  if (error >= 0) error = snd_pcm_ioplug_set_param_minmax(io, SND_PCM_IOPLUG_HW_PERIODS, 2, 64);
  return error;
}

SND_PCM_PLUGIN_DEFINE_FUNC(pace) {
  const char *path = "/dev/null", *input = NULL;
  long rate = 0;
  snd_config_iterator_t at, next;
  snd_config_for_each(at, next, conf) {
    snd_config_t* entry = snd_config_iterator_entry(at);
    const char* id;
    if (snd_config_get_id(entry, &id) < 0) continue;
    if (strcmp(id, "file") == 0) snd_config_get_string(entry, &path);
    if (strcmp(id, "input") == 0) snd_config_get_string(entry, &input);
    if (strcmp(id, "rate") == 0) snd_config_get_integer(entry, &rate);
  }
  (void)root;
  if (stream != SND_PCM_STREAM_PLAYBACK && !input) return -EINVAL;
  pace_t* pace = calloc(1, sizeof *pace);
  if (!pace) return -ENOMEM;
  pace->path = strdup(stream == SND_PCM_STREAM_CAPTURE ? input : path);
  pace->timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
  pace->io.version = SND_PCM_IOPLUG_VERSION;
  pace->io.name = "paced file";
  pace->io.callback = &callbacks;
  pace->io.private_data = pace;
  pace->io.poll_fd = pace->timer;
  pace->io.poll_events = POLLIN;
  int error = snd_pcm_ioplug_create(&pace->io, name, stream, mode);
  if (error < 0) {
    close(pace->timer);
    free(pace->path);
    free(pace);
    return error;
  }
  error = set_limits(&pace->io, rate);
  if (error < 0) {
    snd_pcm_ioplug_delete(&pace->io);
    return error;
  }
  *pcmp = pace->io.pcm;
  return 0;
}

SND_PCM_PLUGIN_SYMBOL(pace);
