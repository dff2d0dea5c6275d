using StreamActions.TestKit.Conventions;

namespace StreamActions.Core.Tests.Conventions;

public sealed class ConstructorParametersTests
{
    private sealed record Seven(int A, int B, int C, int D, int E, int F, int G);

    private sealed record Eight(int A, int B, int C, int D, int E, int F, int G, int H);

    private delegate void Callback(int a, int b, int c, int d, int e, int f, int g, int h);

    [Fact]
    public void MoreThan_SevenParameters_IsPermitted() => Assert.Empty(ConstructorParameters.MoreThan(typeof(Seven)));

    [Fact]
    public void MoreThan_RecordOfEight_IsNamedWithItsParameters() =>
        Assert.EndsWith(
            "Eight: 8 (A, B, C, D, E, F, G, H)", Assert.Single(ConstructorParameters.MoreThan(typeof(Eight))), StringComparison.Ordinal);

    [Fact]
    public void MoreThan_AnonymousTypesAndDelegates_AreNotCounted()
    {
        var anonymous = new { A = 1, B = 2, C = 3, D = 4, E = 5, F = 6, G = 7, H = 8 };

        Assert.Empty(ConstructorParameters.MoreThan(anonymous.GetType()));
        Assert.Empty(ConstructorParameters.MoreThan(typeof(Callback), most: 1));
    }

    [Fact]
    public void MoreThan_Assembly_LooksAtEveryType() =>
        Assert.Contains(
            ConstructorParameters.MoreThan(typeof(ConstructorParametersTests).Assembly),
            found => found.Contains("+Eight: 8", StringComparison.Ordinal));
}
