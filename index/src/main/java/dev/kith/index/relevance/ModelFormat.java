package dev.kith.index.relevance;

import dev.kith.index.Metric;
import dev.kith.index.relevance.CosineAdapter.Standard;
import dev.kith.index.relevance.QueryLikeness.Sign;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Optional;
import java.util.zip.CRC32C;

/// How a [TrainedModel] is stored. Little-endian:
///
/// | bytes | |
/// |---|---|
/// | 4 | magic `KREL` |
/// | 4 | version, 1 |
/// | 4, 4, 4 | candidates, dimension, metric (1 COSINE, 2 DOT, 3 EUCLIDEAN) |
/// | 4 | kind: 1 raw, 2 logistic, 3 z-score, 4 gap, 5 ranks, 6 adapter; then its numbers |
/// | | thresholds: queries 4, thresholds and fractions, each an array |
/// | 1 | whether there are baselines; then two curves, two probabilities and an array of ranks |
/// | 1 | whether there is a likeness; then its profile, two means and deviations, and an array |
/// | 1 | whether there is a profile; then its arrays |
/// | 4 | CRC-32C of all before it |
///
/// An array is its length, 4 bytes, and its elements. No array is longer than the bytes that are
/// left.
final class ModelFormat {
  private static final int MAGIC = 'K' | 'R' << 8 | 'E' << 16 | 'L' << 24;
  private static final int VERSION = 1;
  private static final int CHECKSUM_BYTES = Integer.BYTES;

  private ModelFormat() {}

  static byte[] encode(TrainedModel trained) {
    byte[] bytes = new byte[Math.toIntExact(1024 + trained.bytes())]; // More than enough.
    ByteBuffer target = buffer(bytes);
    target.putInt(MAGIC).putInt(VERSION);
    target.putInt(trained.candidates()).putInt(trained.dimension());
    target.putInt(number(trained.metric()));
    putModel(target, trained.model());
    target.putInt(trained.thresholds().queries());
    putFloats(target, trained.thresholds().thresholds());
    putDoubles(target, trained.thresholds().missed());
    target.put((byte) (trained.baselines().isPresent() ? 1 : 0));
    trained.baselines().ifPresent(baselines -> putBaselines(target, baselines));
    target.put((byte) (trained.likeness().isPresent() ? 1 : 0));
    trained.likeness().ifPresent(likeness -> putLikeness(target, likeness));
    target.put((byte) (trained.profile().isPresent() ? 1 : 0));
    trained.profile().ifPresent(profile -> putProfile(target, profile));
    CRC32C checksum = new CRC32C();
    checksum.update(bytes, 0, target.position());
    target.putInt((int) checksum.getValue());
    return Arrays.copyOf(bytes, target.position());
  }

  private static ByteBuffer buffer(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static void putModel(ByteBuffer target, RelevanceModel model) {
    switch (model) {
      case RawScore _ -> target.putInt(1);
      case Logistic(Curve curve) -> {
        target.putInt(2);
        putCurve(target, curve);
      }
      case ZScore(Curve curve, boolean isFitted) -> {
        target.putInt(3);
        putCurve(target, curve);
        target.put((byte) (isFitted ? 1 : 0));
      }
      case LargestGap(float before, float behind, boolean isFitted) -> {
        target.putInt(4).putFloat(before).putFloat(behind);
        target.put((byte) (isFitted ? 1 : 0));
      }
      case RankTable table -> {
        target.putInt(5);
        putFloats(target, table.probabilities());
      }
      case CosineAdapter adapter -> {
        target.putInt(6);
        target.putInt(number(adapter.form())).putInt(number(adapter.inputs()));
        target.putInt(adapter.hiddenUnits());
        putStandard(target, adapter.score());
        for (Standard standard : adapter.statistics()) {
          putStandard(target, standard);
        }
        putFloats(target, adapter.network().weights());
      }
    }
  }

  private static void putBaselines(ByteBuffer target, Baselines baselines) {
    putCurve(target, baselines.platt().curve());
    putCurve(target, baselines.zScore().curve());
    target.putFloat(baselines.gap().before()).putFloat(baselines.gap().behind());
    putFloats(target, baselines.fixedK().probabilities());
  }

  private static void putProfile(ByteBuffer target, OutlierProfile profile) {
    putFloats(target, profile.whitening());
    putFloats(target, profile.centroids());
    putFloats(target, profile.ofPoints());
  }

  private static void putLikeness(ByteBuffer target, QueryLikeness likeness) {
    putProfile(target, likeness.profile());
    putSign(target, likeness.distance());
    putSign(target, likeness.score());
    putFloats(target, likeness.usual());
  }

  private static void putSign(ByteBuffer target, Sign sign) {
    target.putFloat(sign.mean()).putFloat(sign.deviation());
  }

  private static void putCurve(ByteBuffer target, Curve curve) {
    target.putFloat(curve.slope()).putFloat(curve.intercept());
  }

  private static void putStandard(ByteBuffer target, Standard standard) {
    target.putFloat(standard.shift()).putFloat(standard.scale());
  }

  private static void putFloats(ByteBuffer target, float[] values) {
    target.putInt(values.length);
    target.asFloatBuffer().put(values);
    target.position(target.position() + values.length * Float.BYTES);
  }

  private static void putDoubles(ByteBuffer target, double[] values) {
    target.putInt(values.length);
    target.asDoubleBuffer().put(values);
    target.position(target.position() + values.length * Double.BYTES);
  }

  static TrainedModel decode(byte[] stored) {
    int length = stored.length - CHECKSUM_BYTES;
    if (length < 2 * Integer.BYTES || buffer(stored).getInt() != MAGIC) {
      throw damaged("the magic number KREL", stored.length + " bytes of something else");
    }
    CRC32C checksum = new CRC32C();
    checksum.update(stored, 0, length);
    ByteBuffer source = buffer(stored);
    int found = source.getInt(length);
    if (found != (int) checksum.getValue()) {
      throw damaged("checksum %08x".formatted((int) checksum.getValue()), "%08x".formatted(found));
    }
    source.limit(length).position(Integer.BYTES);
    int version = source.getInt();
    if (version != VERSION) {
      throw damaged("version " + VERSION, "version " + version);
    }
    try {
      TrainedModel trained = read(source);
      if (source.hasRemaining()) {
        throw damaged("the end", source.remaining() + " bytes more");
      }
      return trained;
    } catch (BufferUnderflowException _) {
      throw damaged("more bytes", "the end");
    }
  }

  private static IllegalArgumentException damaged(String expected, String found) {
    return new IllegalArgumentException(
        "a model of relevance is damaged: expected %s, found %s".formatted(expected, found));
  }

  private static TrainedModel read(ByteBuffer source) {
    int candidates = source.getInt();
    int dimension = source.getInt();
    Metric metric = metric(source.getInt());
    RelevanceModel model = model(source, dimension, metric);
    int queries = source.getInt();
    Thresholds thresholds = new Thresholds(queries, floats(source), doubles(source));
    Optional<Baselines> baselines =
        source.get() == 0 ? Optional.empty() : Optional.of(baselines(source, metric));
    Optional<QueryLikeness> likeness =
        source.get() == 0 ? Optional.empty() : Optional.of(likeness(source, dimension));
    Optional<OutlierProfile> profile =
        source.get() == 0 ? Optional.empty() : Optional.of(profile(source, dimension));
    return new TrainedModel(
        model, candidates, dimension, metric, thresholds, baselines, likeness, profile);
  }

  private static OutlierProfile profile(ByteBuffer source, int dimension) {
    return new OutlierProfile(dimension, floats(source), floats(source), floats(source));
  }

  private static QueryLikeness likeness(ByteBuffer source, int dimension) {
    return new QueryLikeness(
        profile(source, dimension), sign(source), sign(source), floats(source));
  }

  private static Sign sign(ByteBuffer source) {
    return new Sign(source.getFloat(), source.getFloat());
  }

  private static Baselines baselines(ByteBuffer source, Metric metric) {
    return new Baselines(
        new RawScore(metric),
        new Logistic(curve(source)),
        new ZScore(curve(source), true),
        new LargestGap(source.getFloat(), source.getFloat(), true),
        new RankTable(floats(source)));
  }

  private static RelevanceModel model(ByteBuffer source, int dimension, Metric metric) {
    int kind = source.getInt();
    return switch (kind) {
      case 1 -> new RawScore(metric);
      case 2 -> new Logistic(curve(source));
      case 3 -> new ZScore(curve(source), source.get() != 0);
      case 4 -> new LargestGap(source.getFloat(), source.getFloat(), source.get() != 0);
      case 5 -> new RankTable(floats(source));
      case 6 -> adapter(source, dimension);
      default -> throw damaged("a kind from 1 to 6", String.valueOf(kind));
    };
  }

  private static CosineAdapter adapter(ByteBuffer source, int dimension) {
    AdapterForm form = form(source.getInt());
    AdapterInputs inputs = inputs(source.getInt());
    int hidden = source.getInt();
    Standard score = standard(source);
    Standard[] statistics = new Standard[inputs.hasStatistics() ? ListStatistics.COUNT : 0];
    for (int i = 0; i < statistics.length; i++) {
      statistics[i] = standard(source);
    }
    Network network =
        new Network(
            CosineAdapter.inputs(inputs, dimension), hidden, form.outputs(), floats(source));
    return new CosineAdapter(form, inputs, dimension, score, statistics, network);
  }

  private static Curve curve(ByteBuffer source) {
    return new Curve(source.getFloat(), source.getFloat());
  }

  private static Standard standard(ByteBuffer source) {
    return new Standard(source.getFloat(), source.getFloat());
  }

  private static float[] floats(ByteBuffer source) {
    float[] values = new float[length(source, Float.BYTES)];
    source.asFloatBuffer().get(values);
    source.position(source.position() + values.length * Float.BYTES);
    return values;
  }

  private static double[] doubles(ByteBuffer source) {
    double[] values = new double[length(source, Double.BYTES)];
    source.asDoubleBuffer().get(values);
    source.position(source.position() + values.length * Double.BYTES);
    return values;
  }

  private static int length(ByteBuffer source, int each) {
    int length = source.getInt();
    if (length < 0 || length > source.remaining() / each) {
      throw damaged("at most %d numbers".formatted(source.remaining() / each), length + " numbers");
    }
    return length;
  }

  private static int number(Metric metric) {
    return switch (metric) {
      case COSINE -> 1;
      case DOT -> 2;
      case EUCLIDEAN -> 3;
    };
  }

  private static Metric metric(int number) {
    return switch (number) {
      case 1 -> Metric.COSINE;
      case 2 -> Metric.DOT;
      case 3 -> Metric.EUCLIDEAN;
      default -> throw damaged("a metric from 1 to 3", String.valueOf(number));
    };
  }

  private static int number(AdapterForm form) {
    return switch (form) {
      case LINEAR -> 1;
      case SQRT -> 2;
      case QUADRATIC -> 3;
      case POWER -> 4;
    };
  }

  private static AdapterForm form(int number) {
    return switch (number) {
      case 1 -> AdapterForm.LINEAR;
      case 2 -> AdapterForm.SQRT;
      case 3 -> AdapterForm.QUADRATIC;
      case 4 -> AdapterForm.POWER;
      default -> throw damaged("a form from 1 to 4", String.valueOf(number));
    };
  }

  private static int number(AdapterInputs inputs) {
    return switch (inputs) {
      case QUERY -> 1;
      case STATISTICS -> 2;
      case QUERY_AND_STATISTICS -> 3;
    };
  }

  private static AdapterInputs inputs(int number) {
    return switch (number) {
      case 1 -> AdapterInputs.QUERY;
      case 2 -> AdapterInputs.STATISTICS;
      case 3 -> AdapterInputs.QUERY_AND_STATISTICS;
      default -> throw damaged("inputs from 1 to 3", String.valueOf(number));
    };
  }
}
