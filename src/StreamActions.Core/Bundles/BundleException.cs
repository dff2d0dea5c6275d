// The error type for bundles.
namespace StreamActions.Core.Bundles;

/// <summary>A model bundle is missing, damaged, or not supported by this version. The message names the file and the remedy.</summary>
public sealed class BundleException : Exception
{
    /// <inheritdoc cref="BundleException"/>
    public BundleException(string message) : base(message) { }

    /// <inheritdoc cref="BundleException"/>
    public BundleException(string message, Exception inner) : base(message, inner) { }
}
