// Checkpoint files and network configurations: reading, writing, error messages.
using CsCheck;
using StreamActions.Model.Weights;
using StreamActions.TestKit;

namespace StreamActions.Model.Tests;

public sealed class WeightsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("weights-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Write_AnyTensors_ReadReturnsTheSame()
    {
        var path = Path.Combine(_folder, "any.safetensors");
        Gen.Select(Gen.Int[0, 5], Gen.Int[0, 4], Gen.Float).Array[0, 6].Sample(specs =>
        {
            var tensors = specs.Index().ToDictionary(
                s => $"tensor.{s.Index}",
                s => new TensorData([s.Item.Item1, s.Item.Item2], [.. Enumerable.Repeat(s.Item.Item3, s.Item.Item1 * s.Item.Item2)]));
            SafetensorsFile.Write(path, tensors, new Dictionary<string, string> { ["note"] = "ü" });
            var file = SafetensorsFile.Open(path);
            Assert.Equal("ü", file.Metadata["note"]);
            Assert.Equal(tensors.Keys, file.Names);
            foreach (var (name, data) in tensors)
            {
                Assert.Equal(data.Shape, file.Read(name).Shape);
                Assert.Equal(data.Values, file.Read(name).Values);
            }
        }, iter: 50, threads: 1);
    }

    [Fact]
    public void Open_TruncatedFile_NamesIt()
    {
        var path = Path.Combine(_folder, "cut.safetensors");
        SafetensorsFile.Write(path, new Dictionary<string, TensorData> { ["a"] = new([2, 2], [1, 2, 3, 4]) });
        var whole = File.ReadAllBytes(path);
        for (var length = 0; length < whole.Length; length++)
        {
            File.WriteAllBytes(path, whole[..length]);
            var error = Assert.Throws<CheckpointException>(() => SafetensorsFile.Open(path));
            Assert.Contains("cut.safetensors", error.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("F16", new byte[] { 0x00, 0x3C, 0x00, 0xC0 })]
    [InlineData("BF16", new byte[] { 0x80, 0x3F, 0x00, 0xC0 })]
    public void Read_HalfPrecision_ReturnsFloats(string type, byte[] data)
    {
        var path = Path.Combine(_folder, "half.safetensors");
        var header = System.Text.Encoding.UTF8.GetBytes($$$"""{"x":{"dtype":"{{{type}}}","shape":[2],"data_offsets":[0,4]}}""");
        File.WriteAllBytes(path, [.. BitConverter.GetBytes((ulong)header.Length), .. header, .. data]);
        Assert.Equal([1f, -2f], SafetensorsFile.Open(path).Read("x").Values);
    }

    [Fact]
    public void ThrowUnlessComplete_SeveralProblems_ListsAll()
    {
        var weights = RandomWeights.Of(TinyNetwork.Config);
        weights.Remove("ln_final.bias");
        weights["visual.proj"] = new([1, 2], [0, 0]);
        var needed = M2ClipParameters.List(TinyNetwork.Config);
        var error = Assert.Throws<CheckpointException>(
            () => CheckpointException.ThrowUnlessComplete(needed, weights, "my.safetensors"));
        Assert.Contains("my.safetensors: 2 tensor(s)", error.Message, StringComparison.Ordinal);
        Assert.Contains("ln_final.bias [32] is missing", error.Message, StringComparison.Ordinal);
        Assert.Contains("visual.proj is [1, 2], the network needs [64, 32]", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_InconsistentSizes_ListsAll()
    {
        var json = (TinyNetwork.Config with { PatchSize = 7, VisionWidth = 65, TextHeads = 5 }).ToJson();
        var error = Assert.Throws<FormatException>(() => M2ClipConfig.Parse(json, "config.json"));
        Assert.Equal(
            "config.json: patch_size 7 does not divide image_size 16; vision_width 65 is not a multiple of 64; "
            + "text_heads 5 does not divide text_width 32",
            error.Message);
    }
}
