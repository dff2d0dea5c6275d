// All dependencies of a project, direct and transitive, from the file that NuGet writes at restore.
using System.Diagnostics;
using System.Text.Json;
using StreamActions.TestKit;

namespace StreamActions.Core.Tests.Dependencies;

/// <summary>The projects and packages that a project of src/ depends on.</summary>
/// <param name="Projects">Names of projects, such as StreamActions.Core.</param>
/// <param name="Packages">Names of packages.</param>
/// <param name="NativePackages">Names of the packages with native libraries.</param>
internal sealed record ProjectAssets(IReadOnlySet<string> Projects, IReadOnlySet<string> Packages, IReadOnlySet<string> NativePackages)
{
    public static ProjectAssets Read(string project)
    {
        var folder = Path.Combine(RepositoryPaths.Root, "src", project);
        var path = Path.Combine(folder, "obj", "project.assets.json");
        if (!File.Exists(path))
            Restore(folder);
        using var document = JsonDocument.Parse(File.ReadAllBytes(path));
        HashSet<string> projects = [], packages = [], native = [];
        foreach (var target in document.RootElement.GetProperty("targets").EnumerateObject())
        {
            foreach (var library in target.Value.EnumerateObject())
            {
                var name = library.Name[..library.Name.IndexOf('/', StringComparison.Ordinal)];
                var isProject = library.Value.GetProperty("type").GetString() == "project";
                (isProject ? projects : packages).Add(name);
                if (!isProject && HasNativeLibraries(library.Value))
                    native.Add(name);
            }
        }
        return new(projects, packages, native);
    }

    private static bool HasNativeLibraries(JsonElement library) =>
        library.TryGetProperty("native", out _)
        || (library.TryGetProperty("runtimeTargets", out var files)
            && files.EnumerateObject().Any(f => f.Value.GetProperty("assetType").GetString() == "native"));

    private static void Restore(string folder)
    {
        var start = new ProcessStartInfo("dotnet", ["restore", folder, "-v", "q"]) { RedirectStandardOutput = true };
        using var restore = Process.Start(start)!;
        var output = restore.StandardOutput.ReadToEnd();
        restore.WaitForExit();
        Assert.True(restore.ExitCode == 0, $"dotnet restore {folder} failed: {output}");
    }
}
