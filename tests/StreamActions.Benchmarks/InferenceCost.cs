// The cost of one new window at the size of CLIP ViT-B/16: whole windows, streams and single frames, in fp32 and int8.
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Microsoft.ML.OnnxRuntime;
using StreamActions.Core.Bundles;
using StreamActions.Model;
using StreamActions.Model.Quantization;
using StreamActions.Model.Weights;
using StreamActions.Onnx;
using StreamActions.Onnx.Quantization;
using StreamActions.TestKit;

namespace StreamActions.Benchmarks;

/// <summary>
/// Seconds per new window, on networks with random weights and 12 TED-Adapters (window, stream) or none (frame). The forms take turns in
/// every round, so that other load on the machine meets all of them.
/// </summary>
internal static class InferenceCost
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    private const int Frames = 8, WarmUp = 2;

    private sealed record Form(string Name, byte[] Graph, IReadOnlyList<StreamState> States);

    /// <summary>Wall time and time of all cores, in seconds.</summary>
    private sealed record Sample(double Wall, double Cpu);

    private sealed record Row(string Threads, string Form, double Median, double Least, double CpuMedian);

    /// <summary>Measures and prints a table.</summary>
    /// <param name="rounds">Number of rounds.</param>
    /// <param name="json">File for the seconds per new window on one thread; null writes none.</param>
    /// <param name="output">Where to print.</param>
    public static int Run(int rounds, string? json, TextWriter output)
    {
        Form[] forms = [.. Forms()];
        output.WriteLine("threads      form          median s   least s   CPU s   of window");
        Dictionary<string, double> seconds = [];
        foreach (var (threads, parallel) in new[] { (1, 1), (2, 1), (1, 2) })
        {
            var rows = Measure(forms, threads, parallel, rounds);
            foreach (var row in rows)
            {
                output.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{row.Threads,-12} {row.Form,-12} {row.Median,9:f4} {row.Least,9:f4} {row.CpuMedian,7:f4} "
                    + $"{rows[0].Median / row.Median,8:f1}×"));
                if (parallel == 1 && threads == 1)
                    seconds[row.Form] = row.Median;
            }
        }
        if (json is not null)
            File.WriteAllText(json, JsonSerializer.Serialize(seconds, Json));
        return 0;
    }

    private static IEnumerable<Form> Forms()
    {
        var causal = ClipShapedWeights.VitB16(TemporalMode.Causal, adapters: true);
        var weights = ClipShapedWeights.Of(causal);
        var states = M2ClipGraphs.States(causal);
        yield return new("windowFp32", M2ClipGraphs.Video(causal with { Temporal = TemporalMode.Bidirectional }, weights), []);
        yield return new("streamFp32", M2ClipGraphs.Stream(causal, weights), states);
        yield return new("streamInt8", Quantized(causal, weights), states);
        var frame = ClipShapedWeights.VitB16(TemporalMode.PerFrame, adapters: false);
        yield return new("frameFp32", M2ClipGraphs.Stream(frame, weights), M2ClipGraphs.States(frame));
        yield return new("frameInt8", Quantized(frame, weights), M2ClipGraphs.States(frame));
    }

    private static byte[] Quantized(M2ClipConfig config, IReadOnlyDictionary<string, TensorData> weights)
    {
        // Few frames: the scales do not change the speed.
        var ranges = Calibration.Measure(config, weights, [MovingPictures.Clip(config.ImageSize, 3, seed: 1)]);
        return M2ClipGraphs.Quantized(config, new(SmoothQuant.Fold(config, weights, ranges.ByWeight)));
    }

    private static Row[] Measure(Form[] forms, int threads, int parallel, int rounds)
    {
        var sessions = forms.Select(form => Open(form.Graph, threads)).ToArray();
        var streams = forms.Select((form, i) =>
            Enumerable.Range(0, parallel).Select(_ => new RotatingStream(sessions[i], form.States)).ToArray()).ToArray();
        var samples = forms.Select(_ => new List<Sample>()).ToArray();
        var clip = MovingPictures.Clip(224, Frames, seed: 2);
        for (var round = 0; round < WarmUp + rounds; round++)
        {
            for (var i = 0; i < forms.Length; i++)
            {
                var frames = forms[i].States.Count == 0 ? clip : clip[..(clip.Length / Frames)];
                var sample = Time(streams[i], frames);
                if (round >= WarmUp)
                    samples[i].Add(sample);
            }
        }
        foreach (var disposable in streams.SelectMany(s => s).Cast<IDisposable>().Concat(sessions))
            disposable.Dispose();
        return
        [
            .. forms.Select((form, i) => new Row(
                parallel == 1 ? $"{threads}" : $"{parallel} runs × {threads}",
                form.Name,
                Median(samples[i].Select(s => s.Wall)),
                samples[i].Min(s => s.Wall),
                Median(samples[i].Select(s => s.Cpu)))),
        ];
    }

    // Seconds per window: all streams encode one at the same time.
    private static Sample Time(RotatingStream[] streams, byte[] frames)
    {
        var (cpu, started) = (Environment.CpuUsage.TotalTime, Stopwatch.GetTimestamp());
        Thread[] others = [.. streams.Skip(1).Select(stream => new Thread(() => stream.Step(frames)))];
        foreach (var thread in others)
            thread.Start();
        streams[0].Step(frames);
        foreach (var thread in others)
            thread.Join();
        return new(
            Stopwatch.GetElapsedTime(started).TotalSeconds / streams.Length,
            (Environment.CpuUsage.TotalTime - cpu).TotalSeconds / streams.Length);
    }

    private static InferenceSession Open(byte[] graph, int threads)
    {
        using SessionOptions options = new() { IntraOpNumThreads = threads };
        options.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
        return new(graph, options);
    }

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted[sorted.Length / 2];
    }
}
