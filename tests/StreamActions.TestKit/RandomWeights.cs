// Random weights for a network of any size, none of them zero.
using StreamActions.Model;
using StreamActions.Model.Weights;

namespace StreamActions.TestKit;

/// <summary>Random weights.</summary>
public static class RandomWeights
{
    /// <summary>Values for every parameter; the same seed gives the same values.</summary>
    public static Dictionary<string, TensorData> Of(M2ClipConfig config, int seed = 1)
    {
        var random = new Random(seed);
        return M2ClipParameters.List(config).ToDictionary(
            spec => spec.Name,
            spec =>
            {
                var values = new float[spec.Shape.Aggregate(1L, (a, b) => a * b)];
                for (var i = 0; i < values.Length; i++)
                    values[i] = (float)(0.2 * (2 * random.NextDouble() - 1) + (spec.Start == ParameterStart.Ones ? 1 : 0));
                return new TensorData(spec.Shape, values);
            });
    }
}
