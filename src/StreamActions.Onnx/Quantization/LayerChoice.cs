// Leaves those layers in fp32 that lose most in int8.
namespace StreamActions.Onnx.Quantization;

/// <summary>Chooses the form of each layer by its measured error.</summary>
public static class LayerChoice
{
    /// <summary>
    /// A plan within the permitted loss. It first tries all layers in int8. Then it measures each layer's part of the loss, and moves the
    /// layers with the greatest parts to fp32, one after another.
    /// </summary>
    /// <param name="plan">The plan with all layers in int8.</param>
    /// <param name="loss">Measures a plan. The permitted loss is 1.</param>
    /// <param name="estimate">Measures a plan on few clips: it runs once for each layer.</param>
    /// <param name="most">Greatest number of layers in fp32; more would make int8 pointless.</param>
    /// <returns>Null: no such plan is within the permitted loss.</returns>
    public static QuantizationPlan? Choose(
        QuantizationPlan plan, Func<QuantizationPlan, double> loss, Func<QuantizationPlan, double> estimate, int most)
    {
        if (loss(plan) <= 1)
            return plan;
        if (most == 0)
            return null;
        QuantizationPlan With(IEnumerable<string> layers) => plan with { FloatLayers = layers.ToHashSet(StringComparer.Ordinal) };
        string[] ranked =
        [
            .. plan.Layers.Select(layer => (Layer: layer, Remaining: estimate(With([layer]))))
                .OrderBy(l => l.Remaining).Select(l => l.Layer),
        ];
        return Enumerable.Range(1, Math.Min(most, ranked.Length)).Select(count => With(ranked[..count])).FirstOrDefault(p => loss(p) <= 1);
    }
}
