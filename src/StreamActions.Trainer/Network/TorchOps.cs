// The operations of the forward pass in libtorch, with autograd.
using StreamActions.Model;
using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace StreamActions.Trainer.Network;

/// <summary>Computes the operations of the forward pass. <see cref="Training"/> switches dropout.</summary>
internal sealed class TorchOps : ITensorOps<Tensor>
{
    // Static, so that the native scalars live as long as the program (see TensorArithmetic).
    private static readonly Scalar One = 1, QuickGeluSlope = 1.702, QuickGeluScale = 1 / 1.702, MinusInfinity = float.NegativeInfinity,
        Least = 1e-12;

    /// <summary>True while a training step runs; switches dropout on.</summary>
    public bool Training { get; set; }

    /// <summary>
    /// True computes matrix products and attention in bfloat16, and all else (sums, norms, losses, weights) in float32. Five times as fast
    /// on a CPU with bfloat16 instructions. Not for export or evaluation.
    /// </summary>
    public bool MixedPrecision { get; set; }

    public Tensor Pixels(Tensor frames, ReadOnlySpan<float> scale, ReadOnlySpan<float> shift) =>
        frames.to(ScalarType.Float32)
            .mul_(tensor(scale.ToArray(), device: frames.device)).add_(tensor(shift.ToArray(), device: frames.device));

    public Tensor PatchEmbedding(Tensor pictures, Tensor weight, int size, int patch)
    {
        var grid = size / patch;
        var patches =
            pictures.reshape(-1, grid, patch, grid, patch, 3).permute(0, 1, 3, 2, 4, 5).reshape(-1, grid * grid, patch * patch * 3);
        return MatMul(patches, weight.permute(2, 3, 1, 0).reshape(patch * patch * 3, -1));
    }

    public Tensor Linear(Tensor x, Tensor weight, Tensor? bias) =>
        F.linear(ToProductType(x), ToProductType(weight), bias is null ? null : ToProductType(bias));

    public (Tensor Query, Tensor Key, Tensor Value) LinearQkv(Tensor queries, Tensor context, Tensor weight, Tensor bias, int width)
    {
        if (!ReferenceEquals(queries, context))
        {
            var query = Linear(queries, weight.narrow(0, 0, width), bias.narrow(0, 0, width));
            var keyAndValue = Linear(context, weight.narrow(0, width, 2 * width), bias.narrow(0, width, 2 * width)).chunk(2, -1);
            return (query, keyAndValue[0], keyAndValue[1]);
        }
        var parts = Linear(queries, weight, bias).chunk(3, -1);
        return (parts[0], parts[1], parts[2]);
    }

    public Tensor MatMul(Tensor x, Tensor matrix) => matmul(ToProductType(x), ToProductType(matrix)).to(ScalarType.Float32);

    public Tensor LayerNorm(Tensor x, Tensor weight, Tensor bias, double epsilon) =>
        F.layer_norm(x.to(ScalarType.Float32), weight.shape, weight, bias, epsilon);

    public Tensor Attention(Tensor query, Tensor key, Tensor value, int heads, bool causal)
    {
        Tensor Split(Tensor x) => x.reshape(x.shape[0], x.shape[1], heads, -1).transpose(1, 2);
        var (q, k, v) = (Split(query), Split(key), Split(value));
        // Two batched products. On a CPU, libtorch's fused attention makes one small product per head and picture, and in bfloat16 the
        // allocations cost more than the arithmetic.
        var scores = matmul(q, k.transpose(-2, -1)).to(ScalarType.Float32).Times(1 / Math.Sqrt(q.shape[3]));
        if (causal)
            scores = scores.masked_fill(
                ones(scores.shape[2], scores.shape[3], dtype: ScalarType.Bool, device: scores.device).triu(1), MinusInfinity);
        var y = matmul(F.softmax(scores, -1).to(v.dtype), v);
        return y.transpose(1, 2).reshape(query.shape);
    }

    // x·σ(1.702x) = silu(1.702x) / 1.702: one fused operation instead of two with their gradients.
    public Tensor QuickGelu(Tensor x) => F.silu(x.mul(QuickGeluSlope)).mul(QuickGeluScale);

    public Tensor Gelu(Tensor x) => F.gelu(x);

    public Tensor TemporalConvolution(Tensor x, Tensor weight, Tensor bias, int frames, bool causal)
    {
        // Shifted multiply-adds. A convolution would need the time axis moved to the end and back.
        var padded = F.pad(x, causal ? [0, 0, 0, 0, 2, 0] : [0, 0, 0, 0, 1, 1]);
        var taps = weight.squeeze(1).t();   // [3, C]
        taps = taps.to(x.dtype);
        var sum = bias.to(x.dtype).addcmul(padded.narrow(1, 0, frames), taps[0], One);
        return sum.addcmul(padded.narrow(1, 1, frames), taps[1], One).addcmul(padded.narrow(1, 2, frames), taps[2], One);
    }

    public Tensor TemporalTaps(Tensor twoAgo, Tensor oneAgo, Tensor now, Tensor weight, Tensor bias)
    {
        var taps = weight.squeeze(1).t().to(now.dtype);   // [3, C]
        return bias.to(now.dtype).addcmul(twoAgo, taps[0], One).addcmul(oneAgo, taps[1], One).addcmul(now, taps[2], One);
    }

    public Tensor GridConvolution(Tensor x, Tensor weight, Tensor bias, int frames, int grid)
    {
        var channels = weight.shape[0];
        var y = F.conv2d(x.reshape(-1, grid, grid, channels).permute(0, 3, 1, 2), weight.squeeze(2).to(x.dtype), bias.to(x.dtype),
            padding: [1, 1], groups: channels);
        return y.permute(0, 2, 3, 1).reshape(x.shape);
    }

    public Tensor Add(Tensor a, Tensor b) => a.add(b, One);

    public Tensor Subtract(Tensor a, Tensor b) => a.sub(b);

    public Tensor ZeroWhere(Tensor x, Tensor flags) => x.mul(One - flags.reshape(-1, 1, 1, 1));

    public Tensor Concat(ReadOnlySpan<Tensor> parts, int axis) => cat(parts.ToArray(), axis);

    public Tensor Slice(Tensor x, int axis, int start, int length) => x.narrow(axis, start, length);

    public Tensor PadStart(Tensor x, int axis, int count, int rank)
    {
        var pads = new long[2 * (rank - axis)];   // from the last axis backwards
        pads[^2] = count;
        return F.pad(x, pads);
    }

    public Tensor PrependToken(Tensor x, Tensor row) => cat([row.expand(x.shape[0], 1, -1), x], 1);

    public Tensor Reshape(Tensor x, params ReadOnlySpan<long> shape) => x.reshape(shape.ToArray());

    public Tensor Mean(Tensor x, int axis) => x.mean([axis]);

    public Tensor L2Normalize(Tensor x) => x / x.norm(-1, keepdim: true).clamp_min(Least);

    public Tensor Gather(Tensor table, Tensor ids) => table.index_select(0, ids.flatten()).reshape([.. ids.shape, table.shape[1]]);

    public Tensor GatherRows(Tensor x, Tensor rows, int axis) => x.index_select(axis, rows);

    public Tensor ScatterRows(Tensor x, Tensor rows, Tensor values, int axis) => x.index_copy(axis, rows, values);

    public Tensor TakeAtHighest(Tensor x, Tensor ids)
    {
        var position = ids.argmax(-1).reshape(-1, 1, 1).expand(-1, 1, x.shape[2]);
        return x.gather(1, position).squeeze(1);
    }

    private Tensor ToProductType(Tensor x) => MixedPrecision ? x.to(ScalarType.BFloat16) : x;

    public Tensor Dropout(Tensor x, double rate) => Training ? F.dropout(x, rate, training: true) : x;
}
