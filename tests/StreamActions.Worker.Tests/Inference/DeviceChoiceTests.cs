// An invalid graph gives an error about the graph, and not about the device.
using Microsoft.Extensions.Logging;
using Microsoft.ML.OnnxRuntime;
using StreamActions.TestKit;
using StreamActions.Worker.Inference;
using StreamActions.Worker.Tests.Sinks;

namespace StreamActions.Worker.Tests.Inference;

public sealed class DeviceChoiceTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly Lines _lines = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("cpu")]
    [InlineData("auto")]
    [InlineData("cuda:0")]
    public void Open_GraphFileInvalid_ThrowsErrorAboutGraph(string device)
    {
        var graph = _folder.File("video.onnx");
        File.WriteAllText(graph, "no graph");
        Assert.Throws<OnnxRuntimeException>(() => DeviceChoice.Open(_ => graph, device, 1, _lines.Of<DeviceChoiceTests>()));
        Assert.Empty(_lines.At(LogLevel.Information));
    }
}
