// Paths of the repository and of the shared folder next to it.
namespace StreamActions.TestKit;

/// <summary>Paths of this checkout.</summary>
public static class RepositoryPaths
{
    /// <summary>The folder with the solution file.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>The optional folder of test material next to the checkout. Tests that need it are skipped without it.</summary>
    public static string Shared { get; } = Path.Combine(Path.GetDirectoryName(Root)!, "shared");

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "StreamActions.sln")))
                return folder.FullName;
        }
        throw new InvalidOperationException($"no StreamActions.sln above {AppContext.BaseDirectory}");
    }
}
