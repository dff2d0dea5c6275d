// Checks an inference device: golden parity with the CPU, windows and streams per second, copies and memory. Prints JSON.
//   dotnet run -c Release -p:OnnxRuntimeFlavor=Gpu --project tests/StreamActions.DeviceCheck -- --device cuda:0
using System.CommandLine;
using StreamActions.Core;
using StreamActions.Core.Bundles;
using StreamActions.DeviceCheck;

NativeEnvironment.SwitchOffTelemetry();

Option<string> model = new("--model")
{
    Description = "vit-b16: CLIP ViT-B/16 with TED-Adapters and random weights; small: for trying the check; or a bundle's folder.",
    DefaultValueFactory = _ => RandomClipBundle.Full,
};
Option<string> device = new("--device") { Description = "cpu or cuda:N.", DefaultValueFactory = _ => "cpu" };
Option<int[]> batches = new("--batches")
{
    Description = "Batch sizes in windows.",
    DefaultValueFactory = _ => [1, 4, 16, 64],
    AllowMultipleArgumentsPerToken = true,
};
Option<int[]> streams = new("--streams")
{
    Description = "Numbers of streams.",
    DefaultValueFactory = _ => [1, 16, 64, 256, 500],
    AllowMultipleArgumentsPerToken = true,
};
Option<int> most = new("--most-in-a-run") { Description = "Most streams in one run.", DefaultValueFactory = _ => 64 };
Option<double> seconds = new("--seconds") { Description = "Time of each measurement.", DefaultValueFactory = _ => 3 };
Option<string?> peer = new("--peer") { Description = "Folder that receives the window model's weights for pytorch_peer.py." };
RootCommand root = new("Checks an inference device.") { model, device, batches, streams, most, seconds, peer };
root.SetAction(result =>
{
    CheckOptions options = new(
        result.GetValue(device)!,
        result.GetValue(batches)!,
        result.GetValue(streams)!,
        result.GetValue(most),
        TimeSpan.FromSeconds(result.GetValue(seconds)));
    var name = result.GetValue(model)!;
    var report = DeviceMeasurement.NewReport(name, options.Device);
    DeviceMeasurement measurement = new(options, report, Console.Error);
    var folder = Directory.CreateTempSubdirectory("streamactions-device-");
    try
    {
        if (name is RandomClipBundle.Full or RandomClipBundle.Small)
        {
            foreach (var temporal in new[] { TemporalMode.Bidirectional, TemporalMode.Causal })
            {
                var made = RandomClipBundle.Write(Path.Combine(folder.FullName, temporal.ToString()), name, temporal);
                if (temporal == TemporalMode.Bidirectional && result.GetValue(peer) is { } files)
                    PeerFiles.Write(files, made);
                measurement.Run(made.Bundle);
            }
        }
        else
        {
            measurement.Run(ModelBundle.Open(name));
        }
        Console.Out.WriteLine(report.ToJson());
        return report.Errors.Count == 0 && report.Golden.All(g => g.IsGood) ? 0 : 1;
    }
    catch (BundleException e)
    {
        Console.Error.WriteLine($"error: {e.Message}");
        return 1;
    }
    finally
    {
        folder.Delete(recursive: true);
    }
});
return await root.Parse(args).InvokeAsync();
