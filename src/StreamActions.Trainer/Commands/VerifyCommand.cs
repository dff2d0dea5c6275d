// verify: checks that a bundle is undamaged and still gives the outputs recorded at export.
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
            foreach (var graph in bundle.Video)
            {
                var deviation = BundleVerifier.Measure(bundle, graph);
                deviation.ThrowIfAboveBound(bundle, graph);
                RunMessages.Print($"{graph.File}: largest differences: {Text(deviation)}.");
            }
            RunMessages.Print($"{bundle.Manifest.Name} {bundle.Manifest.Version} is valid.");
            return Task.CompletedTask;
        }, cancellation));
        return command;
    }

    private static string Text(GoldenDeviation deviation) => string.Create(
        CultureInfo.InvariantCulture, $"video {deviation.Video:g3}, class logits {deviation.ClassLogits:g3}, text {deviation.Text:g3}");
}
