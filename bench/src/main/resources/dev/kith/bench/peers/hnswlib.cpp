// hnswlib (Y. Malkov) as a contender: vectors in memory, inner product or squared distance.
#include <hnswlib/hnswlib.h>

#include <atomic>
#include <memory>

#include "contender.hpp"

namespace {

class Hnswlib {
 public:
  explicit Hnswlib(const contender::Job& job) {
    if (job.euclidean) {
      space_ = std::make_unique<hnswlib::L2Space>(job.base.columns);
    } else {
      space_ = std::make_unique<hnswlib::InnerProductSpace>(job.base.columns);
    }
    graph_ = std::make_unique<hnswlib::HierarchicalNSW<float>>(
        space_.get(), job.base.rows, job.m, job.ef_construction);
    std::atomic<size_t> next{0};
    auto add = [&] {
      for (size_t i = next++; i < job.base.rows; i = next++) graph_->addPoint(job.base.row(i), i);
    };
    std::vector<std::thread> others;
    for (int i = 1; i < job.threads; i++) others.emplace_back(add);
    add();
    for (std::thread& other : others) other.join();
  }

  std::string version() const {
    std::string simd = "scalar";
#if defined(USE_AVX512)
    simd = "AVX-512";
#elif defined(USE_AVX)
    simd = "AVX";
#elif defined(USE_SSE)
    simd = "SSE";
#endif
    return std::string(PACKAGE_VERSION) + ", compiled for " + simd;
  }

  void set(const std::string& key, int value) {
    if (key != "ef") throw std::runtime_error("hnswlib has no setting " + key);
    graph_->setEf(value);
  }

  void search(const float* query, int64_t* rows) {
    auto found = graph_->searchKnn(query, contender::K);
    for (size_t rank = found.size(); rank-- > 0; found.pop()) rows[rank] = found.top().second;
  }

  void reset_distances() { graph_->metric_distance_computations = 0; }

  uint64_t distances() const { return graph_->metric_distance_computations; }

  size_t code_bytes() const { return 0; }

 private:
  std::unique_ptr<hnswlib::SpaceInterface<float>> space_;
  std::unique_ptr<hnswlib::HierarchicalNSW<float>> graph_;
};

}  // namespace

int main(int argc, char** argv) { return contender::serve<Hnswlib>(argc, argv); }
