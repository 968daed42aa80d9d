// What our programs over FAISS (Meta) share.
#pragma once

#include <faiss/Index.h>
#include <faiss/utils/utils.h>
#include <omp.h>

#include <string>

extern "C" void openblas_set_num_threads(int);

namespace contender {

inline std::string faiss_version() {
  std::string options = faiss::get_compile_options();
  // Distributions compile for the oldest processor they support.
  bool generic = options.find("GENERIC") != std::string::npos;
  return std::to_string(FAISS_VERSION_MAJOR) + "." + std::to_string(FAISS_VERSION_MINOR) + "." +
         std::to_string(FAISS_VERSION_PATCH) + ", compile options " + options +
         (generic ? " (NOT for this processor's SIMD: a build that is would be faster)" : "");
}

inline void use_threads(int threads) {
  omp_set_num_threads(threads);
  openblas_set_num_threads(threads);
}

}  // namespace contender
