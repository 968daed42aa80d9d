// FAISS's (Meta) k-means beside Kith's.
//
//   program DATASET_FOLDER SAMPLE METRIC COUNT ROUNDS SEED THREADS CENTROIDS
//
// trains COUNT centroids on the rows of base.npy whose 32-bit ordinals the file SAMPLE holds, in so
// many ROUNDS or, if that is 0, as many as FAISS chooses, leaves them in the file CENTROIDS as 32-bit
// floats, and says in a line of JSON what that cost. It ends when its input does.
#include <faiss/Clustering.h>
#include <faiss/IndexFlat.h>

#include <fstream>

#include "contender.hpp"
#include "faiss.hpp"

namespace {

// Rows one after another, as FAISS wants them.
std::vector<float> chosen(const contender::Matrix& base, const std::string& sample) {
  std::ifstream in(sample, std::ios::binary);
  std::vector<float> rows;
  for (int32_t row; in.read(reinterpret_cast<char*>(&row), sizeof row);) {
    rows.insert(rows.end(), base.row(row), base.row(row) + base.columns);
  }
  return rows;
}

void train(char** arguments) {
  contender::Matrix base = contender::open(std::string(arguments[1]) + "/base.npy");
  std::vector<float> rows = chosen(base, arguments[2]);
  size_t count = std::stoul(arguments[4]);
  int rounds = std::stoi(arguments[5]);
  faiss::ClusteringParameters parameters;  // What is not set is FAISS's default.
  parameters.spherical = std::string(arguments[3]) == "cosine";
  if (rounds > 0) parameters.niter = rounds;
  parameters.seed = std::stoi(arguments[6]);
  contender::use_threads(std::stoi(arguments[7]));

  double wall = contender::seconds(CLOCK_MONOTONIC);
  double cpu = contender::process_seconds();
  faiss::Clustering clustering(base.columns, count, parameters);
  faiss::IndexFlat index(
      base.columns, parameters.spherical ? faiss::METRIC_INNER_PRODUCT : faiss::METRIC_L2);
  clustering.train(rows.size() / base.columns, rows.data(), index);
  wall = contender::seconds(CLOCK_MONOTONIC) - wall;
  cpu = contender::process_seconds() - cpu;

  std::ofstream out(arguments[8], std::ios::binary);
  out.write(reinterpret_cast<const char*>(clustering.centroids.data()),
            clustering.centroids.size() * sizeof(float));
  if (!out.flush()) throw std::runtime_error(std::string("cannot write ") + arguments[8]);
  printf("{\"seconds\":%.6f,\"cpu_seconds\":%.6f,\"rounds\":%zu,\"version\":\"%s\"}\n", wall, cpu,
         clustering.iteration_stats.size(), contender::faiss_version().c_str());
  fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    if (argc != 9) throw std::runtime_error("expected eight arguments");
    contender::Questions ending;  // There are none, but their end is that of the process.
    train(argv);
  } catch (const std::exception& failure) {
    fprintf(stderr, "%s\n", failure.what());
    return 1;
  }
}
