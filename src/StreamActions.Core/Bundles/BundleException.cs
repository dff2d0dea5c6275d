// The one error of a bundle that cannot be trusted.
namespace StreamActions.Core.Bundles;

/// <summary>A model bundle is missing, damaged or not one this version can run. The message names the file and says what to do.</summary>
public sealed class BundleException : Exception
{
    /// <inheritdoc cref="BundleException"/>
    public BundleException(string message) : base(message) { }

    /// <inheritdoc cref="BundleException"/>
    public BundleException(string message, Exception inner) : base(message, inner) { }
}
