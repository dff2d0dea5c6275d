// verify: is a bundle whole, and does it still give the outputs it was exported with?
using System.CommandLine;
using System.Globalization;
using StreamActions.Core.Bundles;
using StreamActions.Onnx;

namespace StreamActions.Trainer.Commands;

/// <summary>The <c>verify</c> verb.</summary>
internal static class VerifyCommand
{
    public static Command Create()
    {
        Argument<string> folder = new("bundle") { Description = "Folder of the bundle." };
        Command command = new("verify", "Check a bundle's hashes and replay its golden clips on this machine.") { folder };
        command.SetAction((result, cancellation) => RunMessages.GuardAsync(() =>
        {
            var bundle = ModelBundle.Open(result.GetValue(folder)!);
            var deviation = BundleVerifier.Measure(bundle);
            deviation.ThrowIfAboveBound(bundle);
            var manifest = bundle.Manifest;
            RunMessages.Say($"{manifest.Name} {manifest.Version} is whole; largest differences: {Words(deviation)}.");
            return Task.CompletedTask;
        }, cancellation));
        return command;
    }

    private static string Words(GoldenDeviation deviation) => string.Create(
        CultureInfo.InvariantCulture, $"video {deviation.Video:g3}, class logits {deviation.ClassLogits:g3}, text {deviation.Text:g3}");
}
