// Builds the bytes of an ONNX file: nodes, initialisers, inputs and outputs.
using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Google.Protobuf;
using Google.Protobuf.Collections;
using Microsoft.ML.OnnxRuntime;
using StreamActions.Model.Weights;
using StreamActions.Onnx.Protos;

namespace StreamActions.Onnx;

/// <summary>Number types of a graph's inputs and outputs.</summary>
public enum OnnxType
{
    /// <summary>32-bit float.</summary>
    Float = TensorProto.Types.DataType.Float,
    /// <summary>16-bit float.</summary>
    Float16 = TensorProto.Types.DataType.Float16,
    /// <summary>Unsigned byte.</summary>
    UInt8 = TensorProto.Types.DataType.Uint8,
    /// <summary>Signed byte.</summary>
    Int8 = TensorProto.Types.DataType.Int8,
    /// <summary>32-bit integer.</summary>
    Int32 = TensorProto.Types.DataType.Int32,
    /// <summary>64-bit integer.</summary>
    Int64 = TensorProto.Types.DataType.Int64,
}

/// <summary>Builds one ONNX graph. Not thread-safe.</summary>
/// <param name="name">Its name.</param>
/// <param name="numbers">The number type of its weights and arithmetic: 32-bit or 16-bit float.</param>
public sealed class OnnxGraph(string name, OnnxType numbers = OnnxType.Float)
{
    /// <summary>The domain of ONNX Runtime's own operators.</summary>
    public const string Microsoft = "com.microsoft";

    /// <summary>Most bytes of weights in one file: a protobuf message is limited to 2 GiB.</summary>
    public const long MostBytes = 2_000_000_000;

    /// <summary>The end of the name of the file with the weights.</summary>
    public const string WeightsSuffix = ".weights";

    private const int IrVersion = 9, OpsetVersion = 18, SmallConstant = 1024, Page = 4096;
    private readonly GraphProto _graph = new() { Name = name };
    private readonly HashSet<string> _initializers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _renamed = new(StringComparer.Ordinal);
    private int _next;

    /// <summary>The number type of constants of floats, and so of the arithmetic.</summary>
    public OnnxType Numbers => numbers;

    /// <summary>Declares an input.</summary>
    /// <param name="inputName">Its name.</param>
    /// <param name="type">Its number type.</param>
    /// <param name="shape">A number for each axis, or a symbol for a size known only at run time.</param>
    public OnnxValue Input(string inputName, OnnxType type, params object[] shape)
    {
        _graph.Input.Add(Info(inputName, type, shape));
        return new(inputName);
    }

    /// <summary>Declares an output: the value under another name.</summary>
    public void Output(string outputName, OnnxValue value, OnnxType type, params object[] shape) =>
        Output(outputName, "Identity", [value], type, shape);

    /// <summary>Declares an output that a node computes, without a copy between.</summary>
    public void Output(string outputName, string op, ReadOnlySpan<OnnxValue> inputs, OnnxType type, params object[] shape)
    {
        var node = new NodeProto { OpType = op, Name = $"out/{outputName}" };
        foreach (var input in inputs)
            node.Input.Add(Use(input));
        node.Output.Add(outputName);
        _graph.Node.Add(node);
        _graph.Output.Add(Info(outputName, type, shape));
    }

    /// <summary>
    /// Declares an output that the node of the value writes itself, without a copy. The value must be computed by a node, and can be only
    /// one output.
    /// </summary>
    internal void DirectOutput(string outputName, OnnxValue value, OnnxType type, params object[] shape)
    {
        static void Replace(RepeatedField<string> names, string old, string with)
        {
            for (var i = 0; i < names.Count; i++)
                names[i] = names[i] == old ? with : names[i];
        }
        _renamed.Add(value.Name, outputName);
        foreach (var node in _graph.Node)
        {
            Replace(node.Input, value.Name, outputName);
            Replace(node.Output, value.Name, outputName);
        }
        _graph.Output.Add(Info(outputName, type, shape));
    }

    /// <summary>Adds a node with one output.</summary>
    public OnnxValue Node(string op, ReadOnlySpan<OnnxValue?> inputs, params ReadOnlySpan<(string Name, object Value)> attributes) =>
        Node(op, "", inputs, attributes);

    /// <summary>Adds a node of another operator domain with one output.</summary>
    public OnnxValue Node(
        string op, string domain, ReadOnlySpan<OnnxValue?> inputs, params ReadOnlySpan<(string Name, object Value)> attributes)
    {
        var output = $"{op}_{_next++}";
        var node = new NodeProto { OpType = op, Name = output, Domain = domain };
        foreach (var input in inputs)
            node.Input.Add(input is null ? "" : Use(input));
        node.Output.Add(output);
        foreach (var (attributeName, value) in attributes)
            node.Attribute.Add(Attribute(attributeName, value));
        _graph.Node.Add(node);
        return new(output);
    }

    /// <summary>A constant of floats, in the graph's number type.</summary>
    public OnnxValue Constant(TensorData data) => new($"c{_next++}", data);

    /// <summary>A constant list of 64-bit integers, such as a shape. Equal lists are one constant.</summary>
    public OnnxValue Integers(params ReadOnlySpan<long> values)
    {
        var constant = $"i_{string.Join('_', values.ToArray())}";
        return _initializers.Add(constant) ? Constant(constant, OnnxType.Int64, values, [values.Length]) : new(constant);
    }

    /// <summary>A constant of any number type.</summary>
    /// <param name="type">The type that belongs to <typeparamref name="T"/>.</param>
    /// <param name="values">Row by row.</param>
    /// <param name="shape">Empty for a scalar.</param>
    public OnnxValue Constant<T>(OnnxType type, ReadOnlySpan<T> values, params ReadOnlySpan<long> shape)
        where T : unmanaged => Constant($"c{_next++}", type, values, shape);

    private OnnxValue Constant<T>(string constant, OnnxType type, ReadOnlySpan<T> values, ReadOnlySpan<long> shape)
        where T : unmanaged
    {
        TensorProto tensor = new()
        {
            Name = constant,
            DataType = (int)type,
            RawData = ByteString.CopyFrom(MemoryMarshal.AsBytes(values)),
        };
        foreach (var size in shape)
            tensor.Dims.Add(size);
        _graph.Initializer.Add(tensor);
        return new(constant);
    }

    /// <summary>The file's bytes.</summary>
    public byte[] ToBytes() => Model(_graph).ToByteArray();

    /// <summary>
    /// Writes the file. Weights above a limit go into a second file beside it, with <see cref="WeightsSuffix"/> after the name.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="limit">Most bytes of weights inside the file.</param>
    public void Save(string path, long limit = MostBytes)
    {
        var inside = _graph.Initializer.Sum(tensor => (long)tensor.RawData.Length) <= limit;
        using var weights = inside ? null : new WeightsFile(path + WeightsSuffix);
        using var file = File.Create(path);
        Model(weights?.Move(_graph) ?? _graph).WriteTo(file);
    }

    /// <summary>
    /// Writes the files of two graphs that have most weights in common. The weights are in one file beside the first one, each once.
    /// </summary>
    /// <param name="path">The file of this graph.</param>
    /// <param name="other">The other graph.</param>
    /// <param name="otherPath">Its file, in the same folder.</param>
    public void SaveWith(string path, OnnxGraph other, string otherPath)
    {
        using WeightsFile weights = new(path + WeightsSuffix);
        foreach (var (target, graph) in new[] { (path, _graph), (otherPath, other._graph) })
        {
            using var file = File.Create(target);
            Model(weights.Move(graph)).WriteTo(file);
        }
    }

    /// <summary>A graph that was written before, to write it again.</summary>
    internal static OnnxGraph Parse(byte[] bytes)
    {
        var graph = ModelProto.Parser.ParseFrom(bytes).Graph;
        OnnxGraph parsed = new(graph.Name);
        parsed._graph.MergeFrom(graph);
        return parsed;
    }

    /// <summary>Opens a session without leaving files behind.</summary>
    /// <param name="options">Its options.</param>
    /// <param name="limit">Most bytes of weights in one message.</param>
    public InferenceSession Open(SessionOptions options, long limit = MostBytes)
    {
        if (_graph.Initializer.Sum(tensor => (long)tensor.RawData.Length) <= limit)
            return new(ToBytes(), options);
        var folder = Directory.CreateTempSubdirectory("streamactions-graph-");
        try
        {
            var path = Path.Combine(folder.FullName, "graph.onnx");
            Save(path, limit);
            return new(path, options);
        }
        finally
        {
            folder.Delete(recursive: true);   // an open session keeps its weights
        }
    }

    private static ModelProto Model(GraphProto graph)
    {
        var model = new ModelProto { IrVersion = IrVersion, ProducerName = "StreamActions", Graph = graph };
        model.OpsetImport.Add(new OperatorSetIdProto { Domain = "", Version = OpsetVersion });
        model.OpsetImport.Add(new OperatorSetIdProto { Domain = Microsoft, Version = 1 });
        return model;
    }

    // A file that has each weight once. Small constants, such as shapes, stay in the graph.
    private sealed class WeightsFile(string path) : IDisposable
    {
        private readonly FileStream _file = File.Create(path);
        private readonly Dictionary<string, long> _offsets = new(StringComparer.Ordinal);

        public void Dispose() => _file.Dispose();

        /// <summary>Writes the weights, and returns the graph without them.</summary>
        public GraphProto Move(GraphProto from)
        {
            GraphProto graph = new() { Name = from.Name };
            graph.Node.Add(from.Node);
            graph.Input.Add(from.Input);
            graph.Output.Add(from.Output);
            foreach (var tensor in from.Initializer)
                graph.Initializer.Add(tensor.RawData.Length < SmallConstant ? tensor : Outside(tensor));
            return graph;
        }

        private TensorProto Outside(TensorProto tensor)
        {
            TensorProto outside = new()
            {
                Name = tensor.Name,
                DataType = tensor.DataType,
                DataLocation = TensorProto.Types.DataLocation.External,
            };
            outside.Dims.Add(tensor.Dims);
            foreach (var (key, value) in new[]
            {
                ("location", Path.GetFileName(path)),
                ("offset", Place(tensor.RawData.Span).ToString(CultureInfo.InvariantCulture)),
                ("length", tensor.RawData.Length.ToString(CultureInfo.InvariantCulture)),
            })
                outside.ExternalData.Add(new StringStringEntryProto { Key = key, Value = value });
            return outside;
        }

        private long Place(ReadOnlySpan<byte> bytes)
        {
            var hash = Convert.ToHexString(SHA256.HashData(bytes));
            if (_offsets.TryGetValue(hash, out var offset))
                return offset;
            offset = (_file.Length + Page - 1) / Page * Page;   // so that the runtime can map the weights into memory
            _file.Position = offset;
            _file.Write(bytes);
            _offsets.Add(hash, offset);
            return offset;
        }
    }

    private string Use(OnnxValue value)
    {
        if (value.Constant is { } data && _initializers.Add(value.Name))
        {
            if (numbers == OnnxType.Float16)
                Constant<Half>(value.Name, numbers, Array.ConvertAll(data.Values, v => (Half)v), data.Shape);
            else
                Constant<float>(value.Name, numbers, data.Values, data.Shape);
        }
        return _renamed.GetValueOrDefault(value.Name, value.Name);
    }

    private static ValueInfoProto Info(string name, OnnxType type, object[] shape)
    {
        var tensorShape = new TensorShapeProto();
        foreach (var size in shape)
        {
            tensorShape.Dim.Add(size is string symbol
                ? new TensorShapeProto.Types.Dimension { DimParam = symbol }
                : new TensorShapeProto.Types.Dimension { DimValue = Convert.ToInt64(size, null) });
        }
        var tensor = new TypeProto.Types.Tensor { ElemType = (int)type, Shape = tensorShape };
        return new ValueInfoProto { Name = name, Type = new TypeProto { TensorType = tensor } };
    }

    private static AttributeProto Attribute(string name, object value)
    {
        var attribute = new AttributeProto { Name = name };
        switch (value)
        {
            case float f:
                (attribute.F, attribute.Type) = (f, AttributeProto.Types.AttributeType.Float);
                break;
            case int i:
                (attribute.I, attribute.Type) = (i, AttributeProto.Types.AttributeType.Int);
                break;
            case long[] list:
                attribute.Ints.Add(list);
                attribute.Type = AttributeProto.Types.AttributeType.Ints;
                break;
            case string s:
                (attribute.S, attribute.Type) = (ByteString.CopyFromUtf8(s), AttributeProto.Types.AttributeType.String);
                break;
            default:
                throw new ArgumentException($"attribute {name} has type {value.GetType()}", nameof(value));
        }
        return attribute;
    }
}
