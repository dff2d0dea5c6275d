// Each parameter carries the part of the network it belongs to. The reference's names say the same, which is checked here and used nowhere
// else.
namespace StreamActions.Model.Tests;

public sealed class ParameterRoleTests
{
    private static readonly IReadOnlyList<ParameterSpec> All = M2ClipParameters.List(TinyNetwork.Config);

    [Fact]
    public void Role_EveryParameter_IsWhatItsNameInTheReferenceSays()
    {
        Assert.All(All, spec => Assert.Equal((spec.Name, RoleByName(spec.Name)), (spec.Name, spec.Role)));
        Assert.Equal(Enum.GetValues<ParameterRole>().Order(), All.Select(p => p.Role).Distinct().Order());
    }

    [Fact]
    public void IsBackbone_EveryParameter_IsFalseForAdaptersAndHeads() =>
        Assert.All(All, spec => Assert.Equal(!spec.Name.Contains("adapter", StringComparison.Ordinal), spec.IsBackbone));

    [Fact]
    public void IsAdapterOutput_EveryParameter_IsTrueForTheLastLayerOfAnAdapter()
    {
        Assert.All(All, spec => Assert.Equal(spec.Name.Contains("fc2.", StringComparison.Ordinal), spec.IsAdapterOutput));
        // Weight and bias of: two vision blocks, two places each, two parts; two text blocks, two places each; the temporal adapter.
        Assert.Equal(2 * (2 * 2 * 2 + 2 * 2 + 1), All.Count(spec => spec.IsAdapterOutput));
    }

    [Fact]
    public void Role_CrossModalBlock_IsBackboneButForItsAdapters()
    {
        var block = All.Where(p => p.Name.StartsWith("transformer.resblocks.2.", StringComparison.Ordinal)).ToList();
        Assert.Equal([ParameterRole.Backbone, ParameterRole.TextAdapter], block.Select(p => p.Role).Distinct().Order());
    }

    private static ParameterRole RoleByName(string name)
    {
        bool Has(string part) => name.Contains(part, StringComparison.Ordinal);
        return Has("positional_embedding") ? ParameterRole.PositionalEmbedding
            : Has("offset_adapter.") ? ParameterRole.Difference
            : Has("t_adapter.") ? ParameterRole.TemporalAdapter
            : Has("textad_") ? ParameterRole.TextAdapter
            : Has("adapter_fc.") ? ParameterRole.ClassificationHead
            : Has("mlm_adapter.decoder.") || name == "mlm_adapter.bias" ? ParameterRole.MaskedLanguageRows
            : Has("mlm_adapter.") ? ParameterRole.MaskedLanguageHead
            : Has("adapter_pre_") ? ParameterRole.Enhancement
            : ParameterRole.Backbone;
    }
}
