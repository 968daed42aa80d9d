// FAISS (Meta) as a contender: any index that its index_factory makes.
#include <faiss/AutoTune.h>
#include <faiss/IndexHNSW.h>
#include <faiss/IndexIVF.h>
#include <faiss/IndexRefine.h>
#include <faiss/index_factory.h>

#include <memory>

#include "contender.hpp"
#include "faiss.hpp"

namespace {

class Faiss {
 public:
  explicit Faiss(const contender::Job& job)
      : index_(faiss::index_factory(
            job.base.columns, job.index.c_str(),
            job.euclidean ? faiss::METRIC_L2 : faiss::METRIC_INNER_PRODUCT)) {
    counted_ = dynamic_cast<faiss::IndexRefine*>(index_.get()) == nullptr;
    if (job.index.rfind("HNSW", 0) == 0) tune("efConstruction", job.ef_construction);
    contender::use_threads(job.threads);
    index_->train(job.base.rows, job.base.data);
    index_->add(job.base.rows, job.base.data);
    contender::use_threads(1);
  }

  std::string version() const { return contender::faiss_version(); }

  void set(const std::string& key, int value) {
    tune(key == "ef" ? "efSearch" : key == "k_factor" ? "k_factor_rf" : key, value);
  }

  void search(const float* query, int64_t* rows) {
    float scores[contender::K];
    index_->search(1, query, contender::K, scores, rows);
  }

  void reset_distances() {
    faiss::hnsw_stats.reset();
    faiss::indexIVF_stats.reset();
  }

  // What is counted of codes that are scanned many at a time differs from version to version.
  uint64_t distances() const {
    return counted_ ? faiss::hnsw_stats.ndis + faiss::indexIVF_stats.ndis : 0;
  }

  size_t code_bytes() const {
    try {
      return index_->sa_code_size();
    } catch (const faiss::FaissException&) {
      return 0;  // It has no codes, or this version does not tell.
    }
  }

 private:
  // By name, in the library: where a field lies may differ from the headers at hand, and a setting
  // written beside it would be ignored in silence.
  void tune(const std::string& name, int value) {
    faiss::ParameterSpace().set_index_parameter(index_.get(), name, value);
  }

  std::unique_ptr<faiss::Index> index_;
  bool counted_;
};

}  // namespace

int main(int argc, char** argv) { return contender::serve<Faiss>(argc, argv); }
