// What the contenders in C++ share: reading vectors, timing searches, and talking to `bench peers`.
//
//   program DATASET_FOLDER HITS_FILE METRIC M EF_CONSTRUCTION THREADS INDEX
//
// builds an index over base.npy, says so in a line of JSON, and then answers each line
// `search KEY=N,KEY=N COUNT`, or `search - COUNT` where there is nothing to set, with a line of JSON
// about searches for the first COUNT queries of query.npy, one at a time on one thread; the rows
// found are left in HITS_FILE, ten 32-bit integers a query, -1 where there are fewer. It ends when
// its input does.
#pragma once

#include <fcntl.h>
#include <malloc.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <condition_variable>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <deque>
#include <iostream>
#include <mutex>
#include <sstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace contender {

constexpr int K = 10;

// Rows of 32-bit floats, mapped, so that they do not count as memory of the index.
struct Matrix {
  const float* data;
  size_t rows;
  size_t columns;

  const float* row(size_t i) const { return data + i * columns; }
};

// Reads what NpyWriter writes: version 1.0, little-endian floats, C order, two axes.
inline Matrix open(const std::string& file) {
  int fd = ::open(file.c_str(), O_RDONLY);
  struct stat status;
  if (fd < 0 || fstat(fd, &status) != 0) throw std::runtime_error("cannot open " + file);
  size_t length = status.st_size;
  void* mapping = mmap(nullptr, length, PROT_READ, MAP_PRIVATE | MAP_POPULATE, fd, 0);
  ::close(fd);
  if (mapping == MAP_FAILED || length < 10) throw std::runtime_error("cannot map " + file);
  const char* bytes = static_cast<const char*>(mapping);
  size_t offset = 10 + static_cast<uint8_t>(bytes[8]) + 256 * static_cast<uint8_t>(bytes[9]);
  std::string header(bytes + 10, std::min(length, offset) - 10);
  Matrix matrix{reinterpret_cast<const float*>(bytes + offset), 0, 0};
  size_t shape = header.find("'shape': (");
  if (header.find("'<f4'") == std::string::npos || shape == std::string::npos ||
      sscanf(header.c_str() + shape, "'shape': (%zu, %zu)", &matrix.rows, &matrix.columns) != 2 ||
      offset + matrix.rows * matrix.columns * sizeof(float) != length) {
    throw std::runtime_error(file + ": expected two axes of <f4, got " + header);
  }
  return matrix;
}

struct Job {
  Matrix base;
  Matrix queries;
  std::string hits;
  bool euclidean;  // Else the inner product: vectors of a cosine arrive at length one.
  int m;
  int ef_construction;
  int threads;
  std::string index;
};

inline double seconds(clockid_t clock) {
  timespec now;
  clock_gettime(clock, &now);
  return now.tv_sec + now.tv_nsec * 1e-9;
}

inline double process_seconds() { return seconds(CLOCK_PROCESS_CPUTIME_ID); }

inline size_t allocated() {
  struct mallinfo2 info = mallinfo2();
  return info.uordblks + info.hblkhd;
}

// Lines of standard input. Whoever asked is gone when they end, so the process ends too, at once.
class Questions {
 public:
  Questions() {
    std::thread([this] {
      for (std::string line; std::getline(std::cin, line);) {
        std::lock_guard<std::mutex> guard(lock_);
        lines_.push_back(line);
        arrived_.notify_one();
      }
      _exit(0);
    }).detach();
  }

  std::string next() {
    std::unique_lock<std::mutex> guard(lock_);
    arrived_.wait(guard, [this] { return !lines_.empty(); });
    std::string line = lines_.front();
    lines_.pop_front();
    return line;
  }

 private:
  std::mutex lock_;
  std::condition_variable arrived_;
  std::deque<std::string> lines_;
};

inline double percentile(const std::vector<double>& sorted, double share) {
  size_t rank = static_cast<size_t>(share * sorted.size());
  return sorted[std::min(rank, sorted.size() - 1)] * 1e6;
}

template <class Index>
void set(Index& index, const std::string& setting) {
  if (setting == "-") return;
  std::istringstream pairs(setting);
  for (std::string pair; std::getline(pairs, pair, ',');) {
    size_t equals = pair.find('=');
    index.set(pair.substr(0, equals), std::stoi(pair.substr(equals + 1)));
  }
}

template <class Index>
void search(Index& index, const Job& job, size_t count) {
  std::vector<int64_t> found(count * K, -1);
  std::vector<double> latencies(count);
  index.reset_distances();
  double cpu = seconds(CLOCK_THREAD_CPUTIME_ID);
  for (size_t i = 0; i < count; i++) {
    double start = seconds(CLOCK_MONOTONIC);
    index.search(job.queries.row(i), &found[i * K]);
    latencies[i] = seconds(CLOCK_MONOTONIC) - start;
  }
  cpu = seconds(CLOCK_THREAD_CPUTIME_ID) - cpu;
  std::vector<int32_t> rows(found.begin(), found.end());
  FILE* file = fopen(job.hits.c_str(), "wb");
  if (!file || fwrite(rows.data(), sizeof(int32_t), rows.size(), file) != rows.size() ||
      fclose(file) != 0) {
    throw std::runtime_error("cannot write " + job.hits);
  }
  std::sort(latencies.begin(), latencies.end());
  uint64_t distances = index.distances();
  std::string mean = distances == 0 ? "null" : std::to_string(double(distances) / count);
  printf(
      "{\"cpu_seconds\":%.9f,\"p50_us\":%.3f,\"p99_us\":%.3f,\"p999_us\":%.3f,"
      "\"distance_computations\":%s}\n",
      cpu, percentile(latencies, .5), percentile(latencies, .99), percentile(latencies, .999),
      mean.c_str());
  fflush(stdout);
}

// Runs a contender. `Index` is made of a Job, which builds it, and has
//   std::string version()
//   void set(const std::string& key, int value)
//   void search(const float* query, int64_t* rows)   the ten nearest rows, best first
//   void reset_distances(); uint64_t distances()     comparisons since, 0 if unknown
//   size_t code_bytes()                              of a vector, 0 if unknown
template <class Index>
int serve(int argc, char** argv) {
  try {
    if (argc != 8) throw std::runtime_error("expected seven arguments");
    std::string folder = argv[1];
    Job job{open(folder + "/base.npy"),
            open(folder + "/query.npy"),
            argv[2],
            std::string(argv[3]) == "euclidean",
            std::stoi(argv[4]),
            std::stoi(argv[5]),
            std::stoi(argv[6]),
            argv[7]};
    Questions questions;
    size_t before = allocated();
    double wall = seconds(CLOCK_MONOTONIC);
    double cpu = process_seconds();
    Index index(job);
    printf(
        "{\"version\":\"%s\",\"build_seconds\":%.3f,\"build_cpu_seconds\":%.3f,"
        "\"bytes_per_vector\":%.1f,\"code_bytes\":%zu}\n",
        index.version().c_str(), seconds(CLOCK_MONOTONIC) - wall, process_seconds() - cpu,
        double(allocated() - before) / job.base.rows, index.code_bytes());
    fflush(stdout);
    while (true) {
      std::istringstream words(questions.next());
      std::string verb, setting;
      size_t count = 0;
      words >> verb >> setting >> count;
      if (verb != "search" || count < 1 || count > job.queries.rows) {
        throw std::runtime_error("expected search SETTING COUNT, got " + words.str());
      }
      set(index, setting);
      search(index, job, count);
    }
  } catch (const std::exception& failure) {
    fprintf(stderr, "%s\n", failure.what());
    return 1;
  }
}

}  // namespace contender
