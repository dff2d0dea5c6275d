// The block `inference`: device, threads, parallel runs and batching.
using System.Text.RegularExpressions;
using StreamActions.Core.Bundles;

namespace StreamActions.Worker.Configuration;

/// <summary>Reads the block.</summary>
internal static partial class InferenceSection
{
    /// <summary>Reads the options. All keys are optional.</summary>
    public static InferenceOptions Read(Section section)
    {
        InferenceOptions options = new()
        {
            Device = Device(section),
            Precision = Precision(section),
            Reuse = Reuse(section),
            Threads = section.Integer("threads", BuiltIn.Threads, 0, 256),
            Parallel = section.Integer("parallel", BuiltIn.Parallel, 0, 256),
            MaxBatch = section.Integer("max-batch", BuiltIn.MaxBatch, 1, 256),
            CudaGraphs = section.Flag("cuda-graphs", BuiltIn.CudaGraphs),
            MaxDelay = section.Duration("max-delay", BuiltIn.MaxDelay, TimeSpan.Zero, TimeSpan.FromSeconds(10)),
            Stride = section.Integer("stride", BuiltIn.Stride, 1, InferenceOptions.LargestStride),
            MaxLatency = section.Duration("max-latency", BuiltIn.MaxLatency, TimeSpan.FromSeconds(0.2), TimeSpan.FromSeconds(60)),
        };
        section.ReportUnknownKeys();
        return options;
    }

    private static GraphPrecision? Precision(Section section) =>
        section.Choice("precision", BuiltIn.Precision, "auto", "fp32", "fp16", "int8") switch
        {
            "fp32" => GraphPrecision.Fp32,
            "fp16" => GraphPrecision.Fp16,
            "int8" => GraphPrecision.Int8,
            _ => null,
        };

    private static ReuseLevel Reuse(Section section) =>
        section.Choice("reuse", BuiltIn.Reuse, "off", "balanced", "high") switch
        {
            "balanced" => ReuseLevel.Balanced,
            "high" => ReuseLevel.High,
            _ => ReuseLevel.Off,
        };

    private static string Device(Section section)
    {
        if (section.Find("device") is not { } found)
        {
            section.Explain("device", BuiltIn.Device, null);
            return BuiltIn.Device;
        }
        if (section.Scalar(found) is not { } scalar || section.Resolve(scalar, found) is not { } device)
            return BuiltIn.Device;
        device = device.Replace(", ", ",", StringComparison.Ordinal);
        var each = device.Split(',');
        if (!Devices().IsMatch(device) || each.Distinct(StringComparer.Ordinal).Count() < each.Length)
        {
            section.Reading.Problem(scalar.Place, found.Key, $"unknown device '{scalar.Text}'",
                "use auto, cpu, cuda, cuda:0 to cuda:99, or several different ones such as cuda:0,cuda:1");
        }
        section.Explain("device", scalar.Text, found);
        return device == "cuda" ? "cuda:0" : device;
    }

    [GeneratedRegex(@"^(auto|cpu|cuda|cuda:[0-9]{1,2}(,cuda:[0-9]{1,2})*)\z")]
    private static partial Regex Devices();
}
