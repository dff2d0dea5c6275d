// Checks an inference device: golden parity with the CPU, and windows per second by batch size. Prints JSON.
//   dotnet run -c Release -p:OnnxRuntimeFlavor=Gpu --project tests/StreamActions.DeviceCheck -- --device cuda:0
using System.CommandLine;
using StreamActions.DeviceCheck;

Option<string> model = new("--model")
{
    Description = "A bundle, or vit-b16: CLIP ViT-B/16 with random weights.",
    DefaultValueFactory = _ => "models/demo",
};
Option<string> device = new("--device") { Description = "cpu or cuda:N.", DefaultValueFactory = _ => "cpu" };
Option<int[]> batches = new("--batches")
{
    Description = "Batch sizes in windows.",
    DefaultValueFactory = _ => [1, 4, 16],
    AllowMultipleArgumentsPerToken = true,
};
Option<double> seconds = new("--seconds") { Description = "Time per batch size.", DefaultValueFactory = _ => 3 };
RootCommand root = new("Checks an inference device.") { model, device, batches, seconds };
root.SetAction(result => DeviceReport.Write(
    result.GetValue(model)!, result.GetValue(device)!, result.GetValue(batches)!, TimeSpan.FromSeconds(result.GetValue(seconds)),
    Console.Out));
return await root.Parse(args).InvokeAsync();
