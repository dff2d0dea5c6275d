// Layers move to fp32 by their measured loss, and only as many as needed.
using StreamActions.Model.Quantization;
using StreamActions.Model.Weights;
using StreamActions.Onnx.Quantization;

namespace StreamActions.Model.Tests.Quantization;

public sealed class LayerChoiceTests
{
    private static readonly Dictionary<string, double> Losses = new()
    {
        ["visual.conv1.weight"] = 0.1,
        ["visual.transformer.a"] = 0.5,
        ["visual.transformer.b"] = 1,
        ["visual.transformer.c"] = 0.2,
    };

    private static readonly QuantizationPlan Plan = new(new SmoothedNetwork(
        new Dictionary<string, TensorData>(),
        Losses.Keys.Skip(1).ToDictionary(name => name, _ => new ChannelRange([0], [1])),
        new Dictionary<string, float[]>()));

    private static double LossOf(QuantizationPlan plan) => plan.Layers.Where(l => !plan.FloatLayers.Contains(l)).Sum(l => Losses[l]);

    [Theory]
    [InlineData(0.5, "")]
    [InlineData(1, "visual.transformer.b")]
    [InlineData(2, "visual.transformer.b visual.transformer.a")]
    public void Choose_LossAboveTheBound_MovesTheWorstLayers(double factor, string moved)
    {
        var measured = 0;
        var chosen = LayerChoice.Choose(Plan, plan => LossOf(plan) * factor, plan => { measured++; return LossOf(plan); }, most: 3);
        Assert.Equal(moved.Split(' ', StringSplitOptions.RemoveEmptyEntries).Order(), chosen!.FloatLayers.Order());
        Assert.Equal(moved.Length == 0 ? 0 : Losses.Count, measured);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Choose_TooManyLayersNeeded_IsNull(int most) =>
        Assert.Null(LayerChoice.Choose(Plan, plan => LossOf(plan) * 2, LossOf, most));
}
