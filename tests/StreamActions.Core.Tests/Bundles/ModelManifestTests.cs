// Reading manifest.json: every error names the file, the key and the remedy.
using System.Text.Json.Nodes;
using StreamActions.Core.Bundles;

namespace StreamActions.Core.Tests.Bundles;

public sealed class ModelManifestTests
{
    private const string File = "models/tiny/manifest.json";

    [Fact]
    public void Parse_AfterToJson_ReturnsTheSameManifest()
    {
        var manifest = ModelManifest.Parse(TinyBundle.Manifest.ToJson(), File);

        Assert.Equal(TinyBundle.Manifest.ToJson(), manifest.ToJson());
        Assert.Equal(TinyBundle.Spec, manifest.Clip);
        Assert.Equal(TinyBundle.Manifest.Files, manifest.Files);
        Assert.Equal(TinyBundle.Manifest.Golden, manifest.Golden);
    }

    [Fact]
    public void ToJson_Enums_AreTheDocumentedWords()
    {
        var json = JsonNode.Parse((TinyBundle.Manifest with { Temporal = TemporalMode.Causal }).ToJson())!;

        Assert.Equal("causal", (string?)json["temporal"]);
        Assert.Equal("squash", (string?)json["clip"]!["resize"]);
    }

    [Fact]
    public void Parse_LearntWords_AreOptional()
    {
        var learnt = ModelManifest.Parse((TinyBundle.Manifest with { LearntWords = ["both", "crouches"] }).ToJson(), File);

        Assert.Equal(["both", "crouches"], learnt.LearntWords);
        Assert.DoesNotContain("learntWords", TinyBundle.Manifest.ToJson(), StringComparison.Ordinal);
        Assert.Null(ModelManifest.Parse(TinyBundle.Manifest.ToJson(), File).LearntWords);
    }

    [Fact]
    public void Parse_LearntWordsOfAnOpenVocabulary_IsRefused() =>
        AssertRefused(
            j => { j["closedVocabulary"] = false; j["learntWords"] = new JsonArray("both"); },
            "learntWords needs closedVocabulary to be true");

    [Theory]
    [InlineData(3, "manifest version 3; this program reads versions 1 to 2; update StreamActions")]
    [InlineData(0, "manifest version 0; this program reads versions 1 to 2; export the model again")]
    public void Parse_OtherVersion_NamesTheRemedy(int version, string expected) =>
        AssertRefused(j => { j["schemaVersion"] = version; j["keyOfAnotherVersion"] = 1; }, expected);

    [Theory]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("""{ "schemaVersion": "1" }""")]
    public void Parse_JsonWithoutVersion_NamesTheRemedy(string json) => AssertMessage(json, "not a model manifest; export the model again");

    [Theory]
    [InlineData("")]
    [InlineData("{ \"schemaVersion\": 1, ")]
    [InlineData("\u0000\u0001")]
    public void Parse_NotJson_NamesTheRemedy(string json) => AssertMessage(json, "not a readable model manifest", "export the model again");

    [Fact]
    public void Parse_UnknownKey_NamesIt() => AssertRefused(j => j["embedingWidth"] = 2, "embedingWidth");

    [Fact]
    public void Parse_DuplicateKey_NamesIt()
    {
        var twice = TinyBundle.Manifest.ToJson().Replace("\"scale\": 100", "\"scale\": 100, \"scale\": 1", StringComparison.Ordinal);
        AssertMessage(twice, "scale");
    }

    [Theory]
    [InlineData("name")]
    [InlineData("clip")]
    [InlineData("clip.resize")]
    [InlineData("clip.sampleFps")]
    [InlineData("temporal")]
    [InlineData("promptTemplate")]
    [InlineData("labels")]
    [InlineData("golden")]
    [InlineData("golden.measured")]
    [InlineData("files")]
    public void Parse_MissingKey_NamesIt(string path)
    {
        var keys = path.Split('.');
        AssertRefused(j => (keys.Length == 1 ? j : j[keys[0]]!).AsObject().Remove(keys[^1]), keys[^1]);
    }

    [Theory]
    [InlineData("name", "\"../evil\"", "name '../evil' must match")]
    [InlineData("clip.frames", "0", "clip.frames 0")]
    [InlineData("clip.sampleFps", "0", "clip.sampleFps 0")]
    [InlineData("clip.sampleFps", "1e9", "clip.sampleFps 1000000000")]
    [InlineData("clip.size", "100000", "clip.size 100000")]
    [InlineData("clip.resize", "\"stretch\"", "resize")]
    [InlineData("clip.resize", "7", "clip.resize 7")]
    [InlineData("temporal", "\"sideways\"", "temporal")]
    [InlineData("temporal", "7", "temporal 7")]
    [InlineData("embeddingWidth", "0", "embeddingWidth 0")]
    [InlineData("contextLength", "2", "contextLength 2")]
    [InlineData("scale", "0", "scale 0")]
    [InlineData("golden.bound", "0", "golden.bound 0")]
    [InlineData("promptTemplate", "\"A video\"", "promptTemplate: prompt template 'A video' must contain exactly one {}")]
    [InlineData("graphs", "[]", "graphs must have one graph of the form 'text'", "graphs has no graph of the form 'window'")]
    [InlineData("graphs", "[null]", "graphs, states or caches has an empty entry")]
    [InlineData("temporal", "\"causal\"", "graphs has no graph of the form 'stream'")]
    [InlineData("states", """[{ "name": "s", "shape": [], "lags": 1 }]""", "states: s must have 1 to 1024 lags")]
    [InlineData("states", """[{ "name": "s", "shape": [2], "lags": 0 }]""", "states: s must have 1 to 1024 lags")]
    [InlineData("learntWords", "[\"Both\"]", "learntWords: 'Both' must be in lower case")]
    [InlineData("learntWords", "[\"\"]", "learntWords: '' must be in lower case")]
    [InlineData("learntWords", "[null]", "learntWords: '' must be in lower case")]
    [InlineData("labels", "[\"wave\", \"wave\"]", "label 'wave' is listed twice")]
    [InlineData("labels", "[\" \"]", "label is empty")]
    [InlineData("labels", "[null]", "label is empty")]
    [InlineData("labels", "null", "labels")]
    [InlineData("files", "{ \"video.onnx\": null }", "files: video.onnx has no SHA-256")]
    [InlineData("files", "{ \"video.onnx\": \"abc\" }", "files: video.onnx has no SHA-256")]
    public void Parse_BadValue_NamesTheKeyAndTheValue(string path, string value, params string[] expected)
    {
        var keys = path.Split('.');
        AssertRefused(j => (keys.Length == 1 ? j : j[keys[0]]!)[keys[^1]] = JsonNode.Parse(value), expected);
    }

    [Theory]
    [InlineData("file", "\"text.onnx\"", "graphs: text.onnx is listed twice")]
    [InlineData("precision", "\"fp8\"", "precision")]
    [InlineData("precision", "9", "graphs: video.onnx has a form or precision")]
    [InlineData("form", "\"text\"", "graphs must have one graph of the form 'text'")]
    [InlineData("form", "\"pool\"", "graphs: a bidirectional model cannot have a graph of the form 'stream' or 'pool'")]
    [InlineData("golden", """{ "bound": 0, "measured": 0 }""", "graphs: golden.bound of video.onnx must be above 0")]
    public void Parse_BadGraph_NamesIt(string key, string value, string expected) =>
        AssertRefused(j => j["graphs"]![0]![key] = JsonNode.Parse(value), expected);

    [Fact]
    public void Parse_ReuseGraph_HasCaches()
    {
        var manifest = ModelManifest.Parse(WithReuse().ToJson(), File);
        Assert.Equal("blocks.0.key", Assert.Single(manifest.Caches!).Name);
        Assert.DoesNotContain("caches", TinyBundle.Manifest.ToJson(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("caches", "null", "caches must have entries when graphs has a graph of the form 'reuse', and only then")]
    [InlineData("caches", "[null]", "graphs, states or caches has an empty entry")]
    [InlineData("caches", """[{ "name": "k", "shape": [5], "lags": 1 }]""", "caches: k must have one lag and the shape [tokens, width]")]
    [InlineData("caches", """[{ "name": "k", "shape": [6, 4], "lags": 1 }]""", "caches: k must have one lag and the shape")]
    [InlineData("caches", """[{ "name": "k", "shape": [10, 4], "lags": 1 }]""", "caches: k must have one lag and the shape")]
    [InlineData("caches", """[{ "name": "k", "shape": [5, 4], "lags": 2 }]""", "caches: k must have one lag and the shape")]
    [InlineData(
        "caches",
        """[{ "name": "k", "shape": [5, 4], "lags": 1 }, { "name": "v", "shape": [17, 4], "lags": 1 }]""",
        "caches must all have the same number of tokens")]
    [InlineData("caches", """[{ "name": "s", "shape": [5, 4], "lags": 1 }]""", "states: s is listed twice")]
    [InlineData("temporal", "\"bidirectional\"", "graphs: a bidirectional model cannot have a graph of the form 'reuse'")]
    public void Parse_BadReuse_NamesIt(string key, string value, string expected)
    {
        var json = JsonNode.Parse(WithReuse().ToJson())!;
        json[key] = JsonNode.Parse(value);
        AssertMessage(json.ToJsonString(), expected);
    }

    private static ModelManifest WithReuse() => TinyBundle.Manifest with
    {
        Temporal = TemporalMode.Causal,
        Graphs =
        [
            new(ModelBundle.StreamGraph, GraphForm.Stream, GraphPrecision.Fp32),
            new(ModelBundle.ReuseGraph, GraphForm.Reuse, GraphPrecision.Fp32),
            new(ModelBundle.TextGraph, GraphForm.Text, GraphPrecision.Fp32),
        ],
        States = [new("s", [4], 1)],
        Caches = [new("blocks.0.key", [5, 4], 1)],
    };

    [Fact]
    public void Parse_FirstVersion_HasOneWindowGraph()
    {
        var manifest = ModelManifest.Parse(FirstVersion().ToJsonString(), File);

        Assert.Equal(TinyBundle.Manifest.Graphs, manifest.Graphs);
        Assert.Equal(ModelManifest.CurrentSchemaVersion, manifest.SchemaVersion);
        Assert.Equal(TinyBundle.Manifest.ToJson(), manifest.ToJson());
    }

    [Theory]
    [InlineData("precision", null, "'precision' is missing")]
    [InlineData("precision", "\"fp8\"", "precision")]
    [InlineData("graphs", "[]", "'graphs' and 'states' need schemaVersion 2")]
    public void Parse_FirstVersionWithBadKey_NamesIt(string key, string? value, string expected)
    {
        var json = FirstVersion();
        if (value is null)
            json.AsObject().Remove(key);
        else
            json[key] = JsonNode.Parse(value);
        AssertMessage(json.ToJsonString(), expected);
    }

    private static JsonNode FirstVersion()
    {
        var json = JsonNode.Parse(TinyBundle.Manifest.ToJson())!;
        json.AsObject().Remove("graphs");
        json.AsObject().Remove("states");
        json["schemaVersion"] = 1;
        json["precision"] = "fp32";
        return json;
    }

    [Fact]
    public void Parse_TwoBadValues_NamesBoth() =>
        AssertRefused(j => { j["scale"] = -1; j["clip"]!["size"] = 1; }, "scale -1", "clip.size 1");

    private static void AssertRefused(Action<JsonNode> change, params string[] expected)
    {
        var json = JsonNode.Parse(TinyBundle.Manifest.ToJson())!;
        change(json);
        AssertMessage(json.ToJsonString(), expected);
    }

    private static void AssertMessage(string json, params string[] expected)
    {
        var error = Assert.Throws<BundleException>(() => ModelManifest.Parse(json, File));
        Assert.StartsWith(File + ": ", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
        Assert.All(expected, e => Assert.Contains(e, error.Message, StringComparison.Ordinal));
    }
}
