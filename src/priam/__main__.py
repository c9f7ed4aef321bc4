from priam.cli.main import main

main()
