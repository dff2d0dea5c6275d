// The block `inference`: how the network is run.
using System.Text.RegularExpressions;

namespace StreamActions.Worker.Configuration;

/// <summary>Reads the block.</summary>
internal static partial class InferenceSection
{
    /// <summary>The options; all keys may be left out, and the block too.</summary>
    public static InferenceOptions Read(Section section)
    {
        InferenceOptions options = new(
            Device(section),
            section.Whole("threads", BuiltIn.Threads, 0, 256),
            section.Whole("max-batch", BuiltIn.MaxBatch, 1, 256),
            section.Duration("max-delay", BuiltIn.MaxDelay, TimeSpan.Zero, TimeSpan.FromSeconds(10)),
            section.Whole("stride", BuiltIn.Stride, 1, 256));
        section.Done();
        return options;
    }

    private static string Device(Section section)
    {
        if (section.Find("device") is not { } found)
        {
            section.Explain("device", BuiltIn.Device, null);
            return BuiltIn.Device;
        }
        if (section.Scalar(found) is not { } scalar || section.Resolve(scalar, found) is not { } device)
            return BuiltIn.Device;
        if (!Devices().IsMatch(device))
            section.Reading.Problem(scalar.Place, found.Key, $"'{scalar.Text}' is not a device", "give auto, cpu, cuda, or cuda:N with N from 0 to 99");
        section.Explain("device", scalar.Text, found);
        return device == "cuda" ? "cuda:0" : device;
    }

    [GeneratedRegex(@"^(auto|cpu|cuda(:[0-9]{1,2})?)\z")]
    private static partial Regex Devices();
}
